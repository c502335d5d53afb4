using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Harness.Forecasting;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Harness.Forecasting;

/// <summary>What a run costs, by hand.</summary>
public sealed class ForecasterTests
{
    /// <summary>A server that is full with five gains nothing from more workers; one that is not takes them at no loss.</summary>
    [Theory]
    [InlineData(10, 5, true, 10)]
    [InlineData(11, 5, true, 11)]
    [InlineData(11, 50, true, 11)]
    [InlineData(10, 5, false, 10)]
    [InlineData(11, 5, false, 15)]
    [InlineData(3, 5, false, 5)]
    [InlineData(0, 5, true, 0)]
    public void WorkerSchedule_EqualPieces_IsKnown(int pieces, int workers, bool isFull, double seconds) => Assert.Equal(
        seconds,
        WorkerSchedule.Seconds(Enumerable.Repeat(1.0, pieces), workers, inFlight => isFull ? 1 : inFlight / 5.0),
        precision: 9);

    /// <summary>A long piece that begins last is alone in the end: 4 with two in flight, and 3 alone at half the speed.</summary>
    [Fact]
    public void WorkerSchedule_LongPieceLast_EndsAlone() =>
        Assert.Equal(4 + 6, WorkerSchedule.Seconds([2, 5], workers: 2, inFlight => inFlight / 2.0), precision: 9);

    /// <summary>The model ended one of two traces at 10; the other was cut at 20, with one end per 30 tokens.</summary>
    [Fact]
    public void TaskPace_ModelEndsItsThinking_UsesWhatIsThought()
    {
        TaskPace pace = new(1, 1, 1, 1) { Lengths = [new ThinkingLength(10, true), new ThinkingLength(20, false)] };
        Assert.Equal(5, pace.TokensUpTo(5), precision: 9);
        Assert.Equal(15, pace.TokensUpTo(20), precision: 9);
        Assert.Equal((10 + 20 + (30 * (1 - Math.Exp(-1)))) / 2, pace.TokensUpTo(50), precision: 9);

        // Both answer at 5; the second answers at 15 for all larger budgets of the first.
        Assert.Equal(2, pace.AnswersAt([5, 15]), precision: 9);
        Assert.Equal((2 + 2 + Math.Exp(-1)) / 2, pace.AnswersAt([5, 50, 100]), precision: 9);
    }

    [Fact]
    public void Of_KnownPace_IsKnown()
    {
        ExperimentPlan plan = Plan(items: 40, new RunPlan { Runs = 2, Concurrency = 10, LatencyItems = 2 });
        RunForecast cost = Forecaster.Of(plan, Pace(), endpoints: 1);
        TaskForecast task = Assert.Single(cost.Tasks);
        Assert.Equal((240, 8000, 720), (task.Trials, task.ThinkingTokens, task.AnswerTokens));

        // 80 groups, of 1 + 0.1 × 100 + 3 × 2 seconds of the full server.
        Assert.Equal(80 * 17 / 3600.0, cost.AccuracyHours.Likely, precision: 9);

        // Two traces, and two by their own requests (10 and 100); then warm-ups, and 22 requests for the fixed cost.
        Assert.Equal((8, 310), (task.TimedSamples, task.TimedTokens));
        double timed = (4 * 0.5) + (310 * 0.02) + (8 * 0.4) + (2 * (0.4 + 0.5 + (8 * 0.02) + 0.4)) + (22 * 0.4) + (126 * 0.02);
        Assert.Equal(timed / 3600, cost.LatencyHours.Likely, precision: 9);
        Assert.Equal(cost.LatencyHours.High + cost.AccuracyHours.High, cost.TotalHours.High, precision: 12);
        Assert.True(cost.TotalHours.High <= 1.5 * cost.TotalHours.Low);
    }

    [Fact]
    public void Of_TwoEndpoints_TakeHalfTheAccuracyPass()
    {
        ExperimentPlan plan = Plan(items: 400, new RunPlan { Runs = 1, Concurrency = 10, LatencyItems = 2 });
        RunForecast one = Forecaster.Of(plan, Pace(), endpoints: 1), two = Forecaster.Of(plan, Pace(), endpoints: 2);
        Assert.Equal(one.AccuracyHours.Likely / 2, two.AccuracyHours.Likely, precision: 9);
        Assert.Equal(one.LatencyHours, two.LatencyHours);
    }

    [Fact]
    public void Of_SecondShard_MeasuresNoLatency()
    {
        RunForecast cost = Forecaster.Of(Plan(40, new RunPlan { Runs = 1, Shard = new Shard(2, 4) }), Pace(), endpoints: 1);
        Assert.Equal((30, 0.0), (cost.Trials, cost.LatencyHours.Likely));
    }

    /// <summary>Three runs, a shared speed: thinking that was tried deeper is slower there.</summary>
    [Fact]
    public void Of_GrowingTokenTime_CountsTheMeanDepth()
    {
        ExperimentPlan plan = Plan(items: 10, new RunPlan { Runs = 1, LatencyItems = 2 });
        double flat = Forecaster.Of(plan, Pace(), 1).AccuracyHours.Likely;
        double grown = Forecaster.Of(plan, Pace() with { TokenGrowthSeconds = 0.001 }, 1).AccuracyHours.Likely;
        Assert.Equal(10 * 0.001 * 100 * 100 / 2 / 3600, grown - flat, precision: 9);
    }

    private static ServerPace Pace() => new()
    {
        TraceTokens = 100,
        Loads = [new LoadSpeed(1, 10), new LoadSpeed(4, 10)],
        LoadedTraceSeconds = 1,
        LoadedTokenSeconds = 0.1,
        LoadedSpread = 0.02,
        DepthTokens = 0,
        TokenGrowthSeconds = 0,
        TimedTraceSeconds = 0.5,
        TimedTokenSeconds = 0.02,
        TimedSpread = 0.5,
        SuspectShare = 0,
        StallsPerSecond = 0,
        Tasks = ImmutableSortedDictionary<string, TaskPace>.Empty.Add("own", new TaskPace(2, 0.4, 3, 50)),
    };

    private static ExperimentPlan Plan(int items, RunPlan asked)
    {
        ImmutableArray<Problem> problems =
            [.. Benchmarks.Find("gsm8k")!.Load(SampleProblems.Path).Problems.Take(1)];
        ImmutableArray<Problem> many =
        [
            .. from index in Enumerable.Range(0, items)
               select problems[0] with { Task = "own", Id = FormattableString.Invariant($"p{index}") },
        ];
        return new ExperimentPlan(asked, [new TaskPlan(new TaskFacts("own", "own", [0, 10, 100], items, []), many)]);
    }
}
