using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>A run on the embedded endpoint that the tests of a class share; a test that changes it takes a copy.</summary>
public abstract class FinishedRun(params string[] arguments) : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    /// <summary>The run's folder.</summary>
    public string Folder { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        CommandRun run = await CommandRun.OfAsync(["run", .. arguments, "--out", _root]);
        Assert.True(run.ExitCode == 0, run.Error);
        Folder = Assert.Single(Directory.GetDirectories(_root));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal void CopyTo(string folder)
    {
        foreach (string file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

/// <summary>One task, three budgets.</summary>
public sealed class SmallRun() : FinishedRun(
    "--datasets", "arc", "--items", "8", "--runs", "1", "--budgets", "0,8,64", "--latency-items", "2");

/// <summary>Two tasks whose accuracy falls again: some answers are right with less thinking and wrong with more.</summary>
public sealed class FallingRun() : FinishedRun(
    "--datasets", "gsm8k,arc", "--items", "20", "--runs", "2", "--latency-items", "3", "--truth",
    Repository.File("docs/examples/falling.json"));

/// <summary>Two tasks at all budgets, enough to be fitted and allocated.</summary>
public sealed class TwoTaskRun() : FinishedRun("--datasets", "gsm8k,arc", "--items", "40", "--runs", "2", "--latency-items", "3");
