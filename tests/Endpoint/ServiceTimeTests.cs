using System.Globalization;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Harness;
using Calibration.Tests.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Endpoint;

/// <summary>Tests that take times.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>The client's service times are the server's: no stall of the client's own is in them. Nothing else runs beside.</summary>
[Collection("alone")]
public sealed class ServiceTimeTests
{
    /// <summary>Whole runs that are compared; more of them are a study (CONTRIBUTING.md).</summary>
    private static readonly int Runs = int.Parse(
        Environment.GetEnvironmentVariable("CALIBRATION_SERVICE_RUNS") ?? "2", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Measure_Paced_AgreesWithTheEndpointsLog(bool besides512Requests)
    {
        using EndpointProcess endpoint = await EndpointProcess.StartAsync(isTimed: true);
        using EndpointProcess? other = besides512Requests ? await EndpointProcess.StartAsync(isTimed: false) : null;
        var outside = new List<string>();
        double largest = 0;

        using TimedRun timed = await TimedRun.StartAsync(endpoint);
        for (int run = 0; run < Runs; run++)
        {
            (double[] differences, double[] allowed) = await DifferencesAsync(timed, other?.Api);
            string shown = string.Join(
                ' ', differences.Zip(allowed, (difference, limit) => $"{difference * 1000:0.00}/{limit * 1000:0.00} ms"));
            TestContext.Current.TestOutputHelper?.WriteLine(shown);
            if (differences.Zip(allowed).Any(pair => Math.Abs(pair.First) > pair.Second))
                outside.Add(shown);
            largest = Math.Max(largest, differences.Max(Math.Abs));
        }

        // The machine itself stops at times (an idle loop too, for up to 25 ms), which may meet one run; a stall of the harness's own
        // is in many.
        Assert.True(outside.Count <= 1 && largest < 0.05, string.Join('\n', outside));
    }

    [Fact]
    public async Task Measure_AsVllm_KeepsPrefixCacheHitsOutOfEverySample()
    {
        using var task = new OwnTask([.. OwnTask.Scripts.Select(prompt => string.Concat(Enumerable.Repeat(prompt, 3)))]);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], AsVllm = true, Paced = true, Truth = FastTruth.Value },
                TestContext.Current.CancellationToken);
        for (int rerun = 0; rerun < 2; rerun++)
        {
            MeasuredRun run = await MeasuredRun.OfAsync(
                endpoint.BaseAddress, "--task", $"own={task.Path}", "--runs", "1", "--budgets", "0,4,16", "--latency-items", "3",
                "--concurrency", "4");
            Assert.All(run.Service, sample => Assert.Equal((0, TrialStatus.Ok), (sample.CachedTokens, sample.Status)));

            // Its own prefix it finds, in whole blocks of 16.
            Assert.All(
                run.Service.Where(sample => sample.BudgetTokens > 0), sample => Assert.InRange(sample.AnswerRecomputedTokens!.Value, 0,
                16));
            Assert.Equal((3 * 3) + 2, run.Service.Length);
            Assert.All(run.Service.Where(sample => sample.BudgetTokens is 0 or 16), sample => Assert.NotNull(sample.ServerS));
        }
    }

    [Fact]
    public async Task Measure_EveryFork_FindsItsTraceOnTheDisk()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        var durable = new List<bool>();
        string[] groups = [.. Enumerable.Range(0, 3).Select(i => new ProblemRun(1, "own", $"p{i}", 0).NameOf(""))];
        var log = new ServedRequests(served =>
        {
            if (served is { ThinkingClosed: true, ThinkingTokens: > 0 } && groups.Contains(served.User))
                durable.Add(JournaledTraces(root).Any(trace =>
                    trace.TokenIds.Length == 40 && new ProblemRun(1, "own", trace.ProblemId, 0).NameOf("") == served.User));
        });
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Log = log }, TestContext.Current.CancellationToken);
        Calibrate.CommandRun run = await Calibrate.CommandRun.OfAsync(
            "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--out", root, "--task", $"own={task.Path}", "--runs", "1",
            "--budgets", "4,16,40",
            "--concurrency", "1", "--latency-items", "2");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Enumerable.Repeat(true, 9), durable);
        Directory.Delete(root, recursive: true);
    }

    private static List<Trace> JournaledTraces(string root)
    {
        string journal = Path.Combine(Assert.Single(Directory.GetDirectories(root)), "journal", "traces.jsonl");
        using var file = new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
                System.Text.Json.JsonSerializer.Deserialize<Trace>(line, ResultsJson.Line)!),
        ];
    }

    /// <summary>Client's service time less the endpoint's, of every sample of the latency pass, and 1 % + 1 ms of each.</summary>
    private static async Task<(double[] Differences, double[] Allowed)> DifferencesAsync(TimedRun timed, Uri? besides)
    {
        using var stop = new CancellationTokenSource();
        Task load = besides is null ? Task.CompletedTask : LoadAsync(besides, stop.Token);
        (IReadOnlyList<ServiceSample> samples, ServedRequest[] log) = await timed.RepeatAsync();
        await stop.CancelAsync();
        await load;
        var differences = new List<double>();
        var allowed = new List<double>();
        foreach (ServiceSample sample in samples)
        {
            string separate = sample.TraceId.Split("/latency")[1].TrimStart('/');
            Assert.Equal(TrialStatus.Ok, sample.Status);
            ServedRequest[] own =
            [
                .. log.Where(served =>
                    served.User == new ProblemRun(1, "own", sample.ProblemId, -1).NameOf(separate.Length > 0 ? separate + "/" : "")),
            ];
            double thinking = sample.BudgetTokens == 0
                ? 0
                : Assert.Single(own, served => !served.TokenSeconds.IsEmpty).TokenSeconds[sample.BudgetTokens - 1];
            double expected = thinking
                + Assert.Single(own, served => served.ThinkingClosed && served.ThinkingTokens == sample.BudgetTokens).Seconds;
            differences.Add(sample.ServiceS - expected);
            allowed.Add((0.01 * expected) + 0.001);
        }

        Assert.Equal(9 + 2, differences.Count);
        return ([.. differences], [.. allowed]);
    }

    /// <summary>512 requests in flight from the same process, of many lengths, as the accuracy pass drives them.</summary>
    private static async Task LoadAsync(Uri api, CancellationToken stop)
    {
        using EndpointClient client = TestClient.Open(api);
        var options = new ForcingOptions { PromptFormat = PromptFormat.TokenIds, Profile = ModelProfile.Qwen3 };
        TokenIdForcing forcing = await TokenIdForcing.OpenAsync(client, options, CancellationToken.None);
        int[] prompt = await ChatPrompt.RenderAsync(forcing.Server, "Hi", thinking: true, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 512).Select(async seed =>
        {
            while (!stop.IsCancellationRequested)
            {
                var request = new GenerationRequest
                {
                    Prompt = [prompt],
                    MaxTokens = 60 + (seed % 80),
                    Seed = seed,
                    Close = ThinkingEndHandling.Mask,
                    Group = $"load-{seed}",
                };
                await forcing.Requests.GenerateAsync(request, CancellationToken.None);
            }
        }));
    }
}
