using System.Text;
using Calibration.Analysis;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Fitting;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Missing trials are not missing at random: they are counted, marked, bounded, and too many of them are no fit.</summary>
public sealed class MissingDataTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A context that is shorter than the server tells: the long problems are missing at the largest budgets.</summary>
    [Fact]
    public async Task Run_LongProblemsMissing_LeavesTheTaskOutWithBoundsThatHoldTheTruth()
    {
        RunFits truth = RunAnalysis.ReadFits(await RunAsync(new EndpointOptions { Problems = [] }, exitCode: 0));

        // One problem in five does not fit its largest budget, and the server cuts it without a word.
        int[] lengths =
        [
            .. Benchmarks.Find("bbh")!.Load(SampleProblems.Path).Problems.Select(problem => Encoding.UTF8.GetByteCount(problem.Prompt))
            .Order(),
        ];
        int context = lengths[lengths.Length * 4 / 5] + 256 + 40;
        RunFolder folder = await RunAsync(
            new EndpointOptions { Problems = [], ContextTokens = context, ReportedContextTokens = 40_960 }, exitCode: 3);
        RunFits fits = RunAnalysis.ReadFits(folder);
        TaskFits missing = Assert.Single(fits.Tasks, task => task.IsMissingData);
        Assert.Equal("bbh", missing.Task);
        Assert.Null(missing.Accuracy.Curve);
        Assert.All(
            new[] { missing.Accuracy.A, missing.Accuracy.B, missing.Accuracy.D },
            estimate => Assert.Equal(ParameterStatus.NotIdentifiable, estimate.Status));
        List<Trial> excluded = await folder.Trials.ReadAsync().Where(trial => trial is { Task: "bbh", IsUsable: false }).ToListAsync(
            Cancelled);
        Assert.Contains(
            excluded,
            trial => missing.Accuracy.Explanation.Contains($"Most frequent reason: {trial.Reason.TrimEnd('.')}.",
            StringComparison.Ordinal));
        Assert.NotEmpty(missing.MarkedBudgets);
        foreach (BudgetExclusion exclusion in missing.Exclusions)
        {
            AccuracyPoint whole = truth.Tasks.Single(task => task.Task == "bbh").Accuracy.Points.Single(point =>
                point.BudgetTokens == exclusion.BudgetTokens);
            Assert.InRange(whole.Correct / whole.Answers, exclusion.AccuracyIfWrong - 1e-12, exclusion.AccuracyIfRight + 1e-12);
        }

        RunAllocation allocation = new PointFolder(folder, "").ReadAllocation();
        Assert.Equal("arc", Assert.Single(allocation.Tasks).Task);
        Assert.Equal(1, allocation.Tasks[0].Probability, 12);
        Assert.Equal("bbh", Assert.Single(allocation.LeftOut).Task);
        Assert.StartsWith("BBH is excluded from the allocation", allocation.Warnings[0].Text, StringComparison.Ordinal);
        Assert.Contains("BBH*", await File.ReadAllTextAsync(folder.In("table1.md"), Cancelled), StringComparison.Ordinal);
        Assert.Contains(
            "not fitted: missing data", await File.ReadAllTextAsync(folder.In("figures", "fig2.svg"), Cancelled), StringComparison.Ordinal);
        Assert.Contains("Excluded trials", await File.ReadAllTextAsync(folder.In("report.html"), Cancelled), StringComparison.Ordinal);

        // The other stages end alike, until the user takes the responsibility, which the manifest remembers.
        Assert.Equal(3, (await CommandRun.OfAsync("fit", folder.Path)).ExitCode);
        Assert.Equal(3, (await CommandRun.OfAsync("allocate", folder.Path)).ExitCode);
        CommandRun accepted = await CommandRun.OfAsync("fit", folder.Path, "--accept-missing");
        Assert.True(accepted.ExitCode == 0, accepted.Error);
        Assert.True(folder.ReadManifest().Settings.AcceptMissing);
        Assert.DoesNotContain(RunAnalysis.ReadFits(folder).Tasks, task => task.IsMissingData);
        Assert.Equal(0, (await CommandRun.OfAsync("allocate", folder.Path)).ExitCode);
        Assert.Equal(2, new PointFolder(folder, "").ReadAllocation().Tasks.Length);
    }

    /// <summary>Where every task is left out there is no allocation, and all other files are written.</summary>
    [Fact]
    public async Task Run_EveryTaskMissing_HasNoAllocation()
    {
        RunFolder folder = await RunAsync(new EndpointOptions { Problems = [], OutputLimit = 5 }, exitCode: 3);
        Assert.False(File.Exists(folder.In("allocation.json")));
        foreach (string file in (string[])["fits.json", "table1.csv", "table1.md", "table1.tex", "report.html"])
            Assert.True(File.Exists(folder.In(file)), file);
        Assert.Contains(
            "There is no allocation", await File.ReadAllTextAsync(folder.In("report.html"), Cancelled), StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("figures", folder.Path)).ExitCode);
    }

    /// <summary>Trials that were never tried are not missing, and the run says wherever it is shown that it is incomplete.</summary>
    [Fact]
    public async Task Run_StoppedAtATimeLimit_SaysThatItIsIncomplete()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], MinServiceTime = TimeSpan.FromMilliseconds(30) }, Cancelled);
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "arc", "--items", "100", "--runs", "3",
            "--budgets", "0,4,8,16,64", "--latency-items", "2",
            "--concurrency", "2", "--out", _root, "--hours", "0.0012");
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        Incompleteness incomplete = RunAnalysis.ReadFits(folder).Incomplete!;
        Assert.Equal(1500, incomplete.Planned);
        Assert.InRange(incomplete.Trials, 1, 1499);
        string words = incomplete.ToString();
        Assert.Contains(words, run.Output, StringComparison.Ordinal);
        Assert.All(RunAnalysis.ReadFits(folder).Tasks[0].Exclusions, exclusion => Assert.Equal(0, exclusion.Excluded));
        foreach (string file in (string[])
        [
            "table1.md", "table1.tex", "report.html", "figures/fig2.svg", "figures/fig3.svg", "figures/fig4.svg",
        ])
            Assert.Contains(words, await File.ReadAllTextAsync(folder.In(file), Cancelled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(150, 54, 62, 0.413, 0.773)]
    [InlineData(100, 0, 65, 0.65, 0.65)]
    public void Of_ExcludedTrials_BoundsTheAccuracy(int tried, int excluded, int correct, double low, double high)
    {
        BudgetExclusion exclusion = BudgetExclusion.Of(64, tried, excluded, correct);
        Assert.Equal((low, high), (Math.Round(exclusion.AccuracyIfWrong, 3), Math.Round(exclusion.AccuracyIfRight, 3)));
        Assert.Equal(excluded > 0, exclusion.IsMarked);
    }

    private async Task<RunFolder> RunAsync(EndpointOptions options, int exitCode)
    {
        string into = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            options with
            {
                Problems = [.. ((string[])["arc", "bbh"]).SelectMany(name => Benchmarks.Find(name)!.Load(SampleProblems.Path).Problems)],
            }, Cancelled);
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "arc,bbh", "--items", "60", "--runs", "1",
            "--budgets", "arc=0,4,8,16,64", "--budgets", "bbh=0,64,128,256", "--latency-items", "3",
            "--out", into);
        Assert.True(run.ExitCode == exitCode, run.Error);
        return RunFolder.Open(Assert.Single(Directory.GetDirectories(into)));
    }
}
