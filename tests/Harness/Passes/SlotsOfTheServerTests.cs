using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>
/// A server with few slots is not asked for more at once, and no more problems are begun than it works on: else answers of some tokens wait
/// behind the traces of all other problems.
/// </summary>
[Collection("llama.cpp 2")]
public sealed class SlotsOfTheServerTests : IDisposable
{
    private const int Slots = 2;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("token-ids")]
    [InlineData("text")]
    public async Task Measure_DefaultConcurrency_FinishesProblemsBeforeItBeginsOthers(string format)
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", Slots, contextPerSlot: 1024);
        var asked = new ConcurrentQueue<string>();
        await using var gateway = new StallingGateway(server.Api, part =>
        {
            asked.Enqueue(part);
            return TimeSpan.Zero;
        });
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--endpoint", gateway.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", "gsm8k",
            "--items", "12", "--runs", "1", "--budgets", "0,96", "--semantics", "cap", "--latency-items", "2",
            "--prompt-format", format, "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);

        // The latency pass streams; after it each problem has one trace and two answers.
        int begun = 0, answered = 0;
        foreach (string part in asked.Reverse().TakeWhile(part => !part.Contains("\"stream\":true", StringComparison.Ordinal)).Reverse())
        {
            begun += Regex.Count(part, @"""(?:n_predict|max_tokens)"":96\b");
            answered += Regex.Count(part, @"""(?:n_predict|max_tokens)"":32\b");
            Assert.True(begun <= Slots + (answered / 2), $"{begun} problems were begun when {answered} answers had been asked.");
        }

        Assert.True(begun >= 12 && answered == 24, $"{begun} traces, {answered} answers");
    }
}
