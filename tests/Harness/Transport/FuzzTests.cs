using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Harness.Servers;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>Responses with changed bytes: they are read, or refused in a sentence, and never counted unverified.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 100_000;

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("vllm-0.32.0", "08-completion-ids.http")]
    [InlineData("llama.cpp-b11669", "13-completion.http")]
    public void Read_MutatedRecordings_EndsInAGenerationOrAJsonFault(string server, string file)
    {
        using EndpointClient client = TestClient.Open(new Uri("http://127.0.0.1:9/v1"));
        var facts = new EndpointFacts("", "", "", "model", 8192, false, false);
        IServerDialect dialect = server.StartsWith("vllm", StringComparison.Ordinal)
            ? new VllmDialect(client, facts)
            : new LlamaCppDialect(client, facts);
        byte[] body = Recording.Of(Path.Combine(server, file)).Body;
        var random = new MersenneTwister(20261124);
        int read = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutated = Mutated(body, random);
            try
            {
                var generation = dialect.Read(mutated);
                Assert.True(generation.ServerSeconds is null || double.IsFinite(generation.ServerSeconds.Value));
                read++;
            }
            catch (JsonException)
            {
                // Refused: the request is sent again.
            }
        }

        Assert.InRange(read, 1, Mutations - 1);
    }

    [Fact]
    public async Task Measure_HalfOfTheResponsesMutated_CountsOnlyWhatWasVerified()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Faults = new FaultMix(0.5, 20261124, [EndpointFault.Mutated], TimeSpan.Zero) }, Cancelled);
        MeasuredRun run = await MeasuredRun.OfAsync(
            new HurriedClock(times: 20),
            endpoint.BaseAddress, "--task", $"own={task.Path}", "--runs", "60", "--budgets", "0,4,16,33", "--latency-items", "3",
            "--concurrency", "128", "--idle-limit", "600");
        Assert.Equal(3 * 60 * 4, run.Trials.Length);
        Dictionary<string, Trace> traces = run.Traces.ToDictionary(trace => trace.TraceId);
        Assert.All(run.Trials.Where(trial => trial.IsUsable && trial.BudgetTokens > 0), trial =>
        {
            Assert.Equal((trial.BudgetTokens, CountSource.Ids), (trial.ThinkingTokens, trial.CountSource));
            Assert.True(traces[trial.TraceId].TokenIds.Length >= trial.BudgetTokens);
        });
        Assert.All(run.Trials.Where(trial => !trial.IsUsable), trial => Assert.NotEmpty(trial.Reason));
        Assert.True(endpoint.FaultCount > 500);
        Assert.True(run.Trials.Count(trial => trial.IsUsable) > run.Trials.Length / 2);
    }

    private static byte[] Mutated(byte[] body, MersenneTwister random)
    {
        var bytes = new List<byte>(body);
        for (int changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(bytes.Count - at, random.Next(1, 20));
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"0123456789,:[]{}\"\\-eE.u"[random.Next(23)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, "\\ud800"u8.ToArray());
                    break;
            }
        }

        return [.. bytes];
    }
}
