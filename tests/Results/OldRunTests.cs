using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Results;

/// <summary>
/// A run that was measured by the first version (schema 1, commit 2e472cb) is still analysed, and is not measured any further.
/// </summary>
public sealed class OldRunTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("calibration-").FullName, "old-run");

    public OldRunTests()
    {
        Directory.CreateDirectory(_folder);
        foreach (string file in Directory.EnumerateFiles(Repository.File("tests/Results/old-run")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task Stages_OldRun_AreDoneWithItsOwnFitsAndThenWithFreshOnes()
    {
        Assert.Equal(0.1, new Calibration.Analysis.PointFolder(RunFolder.Open(_folder), "").ReadAllocation().ArrivalRatePerSecond);
        string[][] stages =
        [
            ["show", _folder],
            ["figures", _folder],
            ["simulate", _folder, "--queries", "200", "--replications", "3"],
            ["allocate", _folder],
            ["figures", _folder],
            ["fit", _folder],
            ["allocate", _folder],
            ["figures", _folder],
            ["show", _folder],
            ["export", _folder, "--out", Path.Combine(_folder, "export")],
            ["regrade", _folder],
        ];
        foreach (string[] stage in stages)
        {
            CommandRun run = await CommandRun.OfAsync(stage);
            Assert.True(run.ExitCode == 0, $"{stage[0]}: {run.Error}");
        }

        List<Trial> trials = await RunFolder.Open(_folder).Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(240, trials.Count);
        Assert.All(trials, trial => Assert.Equal(PromptFormat.TokenIds, trial.PromptFormat));
    }

    [Theory]
    [InlineData("run", "--resume", "RUN")]
    [InlineData("run", "--resume", "RUN", "--add-budgets", "4")]
    [InlineData("merge", "RUN")]
    public async Task Measure_OldRun_IsRefusedInOneSentence(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync([.. arguments.Select(argument => argument == "RUN" ? _folder : argument)]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(
            "was measured by an older version (schema 1)", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }
}
