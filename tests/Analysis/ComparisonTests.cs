using Calibration.Analysis;
using Calibration.Analysis.Comparing;
using Calibration.Fitting;
using Xunit;

namespace Calibration.Tests.Analysis;

public sealed class ComparisonTests
{
    /// <summary>Holm's own example: 0.005, 0.011, 0.02 and 0.04 at 5 % reject the first two alone.</summary>
    [Fact]
    public void Threshold_FourTests_RejectsWhatHolmRejects()
    {
        Assert.Equal(0.011, Holm.Threshold([0.02, 0.005, 0.04, 0.011, 0.5]));
        Assert.Equal(-1, Holm.Threshold([0.02, 0.03, 0.04]));
        Assert.Equal(-1, Holm.Threshold([]));
    }

    [Fact]
    public void Difference_TwoIntervals_IsZouAndDonners()
    {
        Interval found = ValueDifferences.Difference((0.5, new Interval(0.4, 0.7)), (0.9, new Interval(0.6, 1)));
        Assert.Equal(0.4 - Math.Sqrt((0.3 * 0.3) + (0.2 * 0.2)), found.Low, 1e-12);
        Assert.Equal(0.4 + Math.Sqrt((0.1 * 0.1) + (0.1 * 0.1)), found.High, 1e-12);
    }

    /// <summary>Paired by problem: 12 of 20 problems turn right, none turns wrong; p = 2 · 2⁻¹².</summary>
    [Fact]
    public void Of_PairedProblems_UsesTheirDifferences()
    {
        AccuracyCell[] old = [.. Enumerable.Range(0, 20).Select(i => new AccuracyCell($"p{i}", 64, 1, i < 4 ? 1 : 0))];
        AccuracyCell[] now = [.. Enumerable.Range(0, 20).Select(i => new AccuracyCell($"p{i}", 64, 1, i < 16 ? 1 : 0))];
        AccuracyDifference paired = Assert.Single(AccuracyDifferences.Of(old, now, paired: true));
        Assert.Equal((0.2, 0.8, 12, 0), (paired.Old, paired.New, paired.Better, paired.Worse));
        Assert.Equal(2 * Math.Pow(0.5, 12), paired.SignPValue!.Value, 1e-12);
        Assert.True(paired.PValue >= paired.SignPValue && paired.Interval.Low > 0 && paired.Interval.Contains(0.6));
        AccuracyDifference unpaired = Assert.Single(AccuracyDifferences.Of(old, now, paired: false));
        Assert.Null(unpaired.SignPValue);
        Assert.True(unpaired.Interval.Contains(0.6) && unpaired.PValue < 0.001);
        Assert.Empty(AccuracyDifferences.Of(old, [.. now.Select(cell => cell with { BudgetTokens = 32 })], paired: true));
    }

    [Fact]
    public void Of_NoProblemDiffers_ClaimsNothing()
    {
        AccuracyCell[] cells = [.. Enumerable.Range(0, 20).Select(i => new AccuracyCell($"p{i}", 0, 3, i % 2 == 0 ? 3 : 0))];
        AccuracyDifference same = Assert.Single(AccuracyDifferences.Of(cells, cells, paired: true));
        Assert.Equal((0.0, 1.0), (same.Difference, same.PValue));
        Assert.True(same.Interval.Low < 0 && same.Interval.High > 0);
    }

    [Fact]
    public void Decide_ThreeLosses_SaysWhatToDo()
    {
        Assert.Equal(Keeping.Keep, KeepRule.Decide(Lost(0.05, 0.05), 0.3, claimed: false, 90).Keeping);
        Assert.Equal(Keeping.Change, KeepRule.Decide(Lost(0.9, 0.1), 0.3, claimed: true, 90).Keeping);
        AllocationValue cut = Lost(0.05, 0.05) with
        {
            Budgets = [new ValuedBudget("gsm8k", 335, new ValueInterval(0.8, null, null)) { ValuedAtTokens = 128 }],
        };
        KeepDecision bound = KeepRule.Decide(cut, 0.3, claimed: false, 90);
        Assert.Equal(Keeping.NotEnoughData, bound.Keeping);
        Assert.Contains("costs at least 0.050 s", bound.Sentence, StringComparison.Ordinal);
        KeepDecision open = KeepRule.Decide(Lost(0.2, 0.2), 0.3, claimed: false, 90);
        Assert.Equal(Keeping.NotEnoughData, open.Keeping);

        // Bringing 0.2 ± 0.39 below 0.3 takes (0.392/0.1)² as many problems; above 0 at 0.05/90 it takes (3.26 · 0.2/0.2)².
        Assert.InRange(open.DataFactor!.Value, 10.4, 10.8);
        Assert.Contains("times the problems would decide", open.Sentence, StringComparison.Ordinal);
    }

    /// <summary>
    /// The reduced form of <c>benchmarks comparison-coverage</c>: equal truths claim next to nothing in 12 pairs and in 6
    /// series of 3 runs, other truths are found.
    /// </summary>
    [Fact]
    public void Run_KnownTruths_FindsWhatDiffers()
    {
        DecisionStudy Of(string truth) => new(DecisionScenario.All.Single(scenario => scenario.Name == truth), (100, 2))
        {
            Replicates = 40,
        };
        DecisionStudy control = Of("Table I (control)");
        ComparisonStudy same = new(control, control), other = new(control, Of("GSM8K S-shaped, 0.04 to 0.95"));
        ComparisonStudy.Pair[] equal = [.. Enumerable.Range(1, 12).AsParallel().AsOrdered().Select(same.Run)];
        ComparisonStudy.Pair[] different = [.. Enumerable.Range(1, 6).AsParallel().AsOrdered().Select(other.Run)];
        Assert.InRange(equal.Count(pair => pair.Claims > 0), 0, 2);
        Assert.InRange(equal.Count(pair => pair.Holds), 9, 12);
        Assert.All(different, pair => Assert.True(pair.Claims > 0));
        Assert.InRange(Enumerable.Range(1, 6).AsParallel().Count(seed => same.ClaimsOf(seed, later: 2) > 0), 0, 1);
    }

    private static AllocationValue Lost(double value, double deviation) => new()
    {
        Budgets = [],
        Performance = new Calibration.Optimizer.Performance(0.1, 30, 1, 1, 0.5),
        Replicates = 100,
        Unstable = 0,
        Objective = new ValueInterval(0, null, null),
        Accuracy = new ValueInterval(0, null, null),
        MeanSystemTimeSeconds = new ValueInterval(0, null, null),
        Loss = new CorrectedValue(
            value, 0, deviation, new Interval(Math.Max(0, value - (1.96 * deviation)), value + (1.96 * deviation))),
    };
}
