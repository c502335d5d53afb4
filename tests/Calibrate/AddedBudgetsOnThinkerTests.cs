using Calibration.Results;
using Calibration.Tests.Harness;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Budgets added on a real llama.cpp server with a small model that really thinks.</summary>
[Collection("llama.cpp")]
public sealed class AddedBudgetsOnThinkerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Add_EndedRun_GivesTheAnswersOfTheWholeRun(string semantics)
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 1024);
        string[] plan =
        [
            "measure", "--endpoint", server.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", "gsm8k",
            "--items", "8", "--runs", "1",
            "--temperature", "0", "--concurrency", "1", "--latency-items", "2", "--semantics", semantics,
        ];
        string grown = await FolderOfAsync("grown", [.. plan, "--budgets", "0,16,200"]);
        MeasuredRun before = await MeasuredRun.ReadAsync(grown);
        CommandRun added = await CommandRun.OfAsync("measure", "--resume", grown, "--add-budgets", "7,32,64,100");
        Assert.True(added.ExitCode == 0, added.Error);
        MeasuredRun after = await MeasuredRun.ReadAsync(grown), whole = await MeasuredRun.ReadAsync(
            await FolderOfAsync("whole", [.. plan, "--budgets", "0,7,16,32,64,100,200"]));
        Assert.Equal(8 * 7, after.Trials.Length);
        Assert.Subset(after.Trials.ToHashSet(), before.Trials.ToHashSet());
        Assert.Equal(before.Traces.Select(trace => trace.TraceId), after.Traces.Select(trace => trace.TraceId));
        Assert.Equal(whole.Trials.Select(Anonymous), after.Trials.Select(Anonymous));
        Assert.Equal(semantics == "cap", after.Trials.Any(trial => trial is { ClosedByModel: true, BudgetTokens: 100 }));
    }

    /// <summary>All of a trial but the run's id in the name of its trace.</summary>
    private static Trial Anonymous(Trial trial) =>
        trial with { TraceId = trial.TraceId[trial.TraceId.IndexOf('/', StringComparison.Ordinal)..] };

    private async Task<string> FolderOfAsync(string name, string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync([.. arguments, "--out", Path.Combine(_root, name)]);
        Assert.True(run.ExitCode == 0, run.Error);
        return Assert.Single(Directory.GetDirectories(Path.Combine(_root, name)));
    }
}
