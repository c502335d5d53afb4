using System.Diagnostics;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Docs;

/// <summary>The example scripts for job arrays, run by bash as their schedulers would, on the embedded endpoint.</summary>
public sealed class SchedulerTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private static readonly string[] Plan =
    [
        "--datasets", "arc,gsm8k", "--items", "6", "--runs", "1", "--budgets", "0,16,64", "--latency-items", "2",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Slurm_TwoPartsOneRequeued_MergeToTheWholePlan()
    {
        string script = Repository.File("docs/schedulers/slurm.sh");
        await PartsThenMergeAsync(part => BashAsync([script, .. Plan], ("SLURM_ARRAY_TASK_ID", part)), () => BashAsync([script, "merge"]));
        (int code, string output) = await BashAsync([script, .. Plan], ("SLURM_ARRAY_TASK_ID", "3"));
        Assert.Equal(2, code);
        Assert.Contains("none of 1-2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubernetes_TwoIndexesOneReplaced_MergeToTheWholePlan()
    {
        string[] scripts = [.. ScriptsOf(await File.ReadAllTextAsync(Repository.File("docs/schedulers/kubernetes.yaml"), Cancelled))];
        Assert.Equal(2, scripts.Length);
        await PartsThenMergeAsync(
            part => BashAsync(["-c", scripts[0]], ("JOB_COMPLETION_INDEX", part == "1" ? "0" : "1"), ("OPTIONS", string.Join(' ', Plan))),
            () => BashAsync(["-c", scripts[1]]));
    }

    private async Task PartsThenMergeAsync(
        Func<string, Task<(int Code, string Output)>> partAsync, Func<Task<(int Code, string Output)>> mergeAsync)
    {
        foreach (string part in (string[])["1", "2"])
        {
            (int code, string output) = await partAsync(part);
            Assert.True(code == 0, output);
        }

        // As if the second part had been killed on its way: its journals are there, and nothing is Parquet.
        string second = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "part-2")));
        Directory.CreateDirectory(Path.Combine(second, "journal"));
        File.Delete(Path.Combine(second, "trials.parquet"));
        (int resumed, string said) = await partAsync("2");
        Assert.True(resumed == 0, said);
        Assert.True(RunFolder.Open(Assert.Single(Directory.GetDirectories(Path.Combine(_root, "part-2")))).HasEnded, said);
        Assert.Contains("has ended", (await partAsync("1")).Output, StringComparison.Ordinal);

        (int merging, string merge) = await mergeAsync();
        Assert.True(merging == 0, merge);
        Assert.Contains("36 trials", merge, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", merge, StringComparison.Ordinal);
        string merged = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "merged")));
        Assert.Equal(36, await RunFolder.Open(merged).Trials.ReadAsync().CountAsync(Cancelled));
        Assert.True(File.Exists(Path.Combine(merged, "figures", "fig2.svg")));
    }

    /// <summary>The block scalars below <c>args:</c>, without a reader of YAML: a block goes on while its lines are indented.</summary>
    private static IEnumerable<string> ScriptsOf(string yaml)
    {
        string[] lines = yaml.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "- |")
                continue;
            int indent = lines[i + 1].Length - lines[i + 1].TrimStart().Length;
            yield return string.Join(
                '\n',
                lines.Skip(i + 1).TakeWhile(line => line.Length == 0 || line.StartsWith(new string(' ', indent), StringComparison.Ordinal))
                    .Select(line => line.Length == 0 ? line : line[indent..]));
        }
    }

    private async Task<(int Code, string Output)> BashAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for bash.");
        var start = new ProcessStartInfo("bash", arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _root,
        };
        foreach ((string name, string value) in ((string, string)[])
        [
            ("OUT", _root),
            ("SHARDS", "2"),
            ("CALIBRATE", $"dotnet {Path.Combine(AppContext.BaseDirectory, "calibrate.dll")}"),
            .. variables,
        ])
            start.Environment[name] = value;
        start.Environment.Remove("SERVE");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancelled), error = process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output + await error);
    }
}
