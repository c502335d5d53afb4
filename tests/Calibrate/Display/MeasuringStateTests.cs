using System.Collections.Immutable;
using Calibration.Calibrate.Display;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Results;
using Calibration.Tests.Results;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;
using Xunit;

namespace Calibration.Tests.Calibrate.Display;

/// <summary>What the displays of a measurement show is what was reported.</summary>
public sealed class MeasuringStateTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<MeasuringSnapshot> _shown = [];
    private readonly MeasuringState _state;
    private long _done;
    private long _tokens;

    public MeasuringStateTests()
    {
        _state = new MeasuringState(Plan(), _clock);
        _state.Progressed += _shown.Add;
    }

    [Fact]
    public void Snapshot_AnswersOfATask_HasItsAccuracyByBudgetAndWhatIsExcluded()
    {
        Finish("one", 0, TrialStatus.Ok, correct: false);
        Finish("one", 0, TrialStatus.NoAnswer, correct: false);
        Finish("one", 512, TrialStatus.Ok, correct: true);
        Finish("one", 512, TrialStatus.Failed, correct: false);
        Finish("two", 0, TrialStatus.Ok, correct: true);
        MeasuringSnapshot now = _state.Snapshot();
        TaskState one = now.Tasks[0];
        Assert.Equal(("One", 4L, 3 * 2 * 3L), (one.Task, one.Done, one.Total));
        Assert.Equal([(0, 0.0), (64, (double?)null), (512, 1.0)], one.Accuracy);
        Assert.Equal("▁·█", one.Sparkline);
        Assert.Equal("0.00 at 0, 1.00 at 512", one.AccuracyWords);
        Assert.Equal("1 failed", one.ExcludedWords);
        Assert.Equal(("█", ""), (now.Tasks[1].Sparkline, now.Tasks[1].ExcludedWords));
    }

    [Fact]
    public void Progressed_PassThatRuns_ComesAtItsStartEveryMinuteAndAtItsEnd()
    {
        for (int row = 0; row < 20; row++)
        {
            Finish("one", 0, TrialStatus.Ok, correct: true);
            _clock.Advance(TimeSpan.FromSeconds(15));
        }

        Assert.Equal([1, 5, 9, 13, 17, 20], _shown.Select(now => (int)now.Pass.Done));
        Assert.Equal(600 / 15.0, _shown[^1].TokensPerSecond!.Value, 1e-9);
    }

    [Fact]
    public void Line_ADayAndMore_HasEverythingInIt()
    {
        _clock.Advance(new TimeSpan(1, 2, 3, 4));
        Finish("one", 64, TrialStatus.BudgetNotEnforced, correct: true);
        Finish("two", 0, TrialStatus.Ok, correct: true);
        Assert.Equal(
            "[26:03:04] accuracy pass: 2 of 20 (10 %); 8 requests in flight (limit 16), 3 sent again (about 200 generated tokens wasted; "
                + "last: a gateway ended the stream early); accuracy so far: Two 1.00 at 0; excluded: One 1 budget not kept",
            ProgressLines.Of(_state.Snapshot()));
    }

    /// <summary>Nothing is cut off in a narrow terminal, and text from a server is no markup.</summary>
    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void Frame_NoticeWithBrackets_ShowsItAsItIs(int width)
    {
        for (int row = 0; row < 30; row++)
            Finish("one", 0, TrialStatus.Ok, correct: true);
        _state.Report("The endpoint is down [red]503[/].");
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(TerminalDisplay.Frame(_state.Snapshot()));
        string[] lines = text.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.Contains(lines, line => line.Contains("The endpoint is down [red]503[/].", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("1.00 at 0", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("accuracy pass", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("8 requests in flight (limit 16)", StringComparison.Ordinal));
    }

    /// <summary>Rows that an earlier start has finished count, but for the failed ones, which are tried again.</summary>
    [Fact]
    public void Found_RowsOfAnEarlierStart_AreInTheCounts()
    {
        Trial trial = SampleRows.Trial("one", "p", 0);
        _state.Found([trial, trial with { Status = TrialStatus.Failed }]);
        Assert.Equal((1L, "█··"), (_state.Snapshot().Tasks[0].Done, _state.Snapshot().Tasks[0].Sparkline));
    }

    private static EndpointTraffic Traffic => new(8, 16, 3, 200) { ResentBecause = "a gateway ended the stream early." };

    private void Finish(string task, int budget, TrialStatus status, bool correct) => _state.Report(
        new MeasuringProgress("accuracy", ++_done, 20, _tokens += 600, 0, Traffic)
        {
            Row = FinishedRow.Of(SampleRows.Trial(task, "p", budget, status: status) with { Correct = correct }),
        });

    private static ExperimentPlan Plan()
    {
        ImmutableArray<Problem> problems =
        [
            .. Enumerable.Range(0, 3).Select(
                index => new Problem
                {
                    Task = "", Id = $"p{index}", Prompt = "", Kind = AnswerKind.Number, Gold = ["1"], AnswerCue = "", AnswerTokenLimit = 8,
                }),
        ];
        return new ExperimentPlan(
            new RunPlan { Runs = 2 },
            [
                new TaskPlan(new TaskFacts("one", "One", [0, 64, 512], 3, []), problems),
                new TaskPlan(new TaskFacts("two", "Two", [0], 3, []), problems),
            ]);
    }
}
