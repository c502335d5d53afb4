using Xunit;

namespace Calibration.Tests.Analysis;

public sealed class DecisionCoverageTests
{
    private const int Experiments = 20;

    /// <summary>
    /// The reduced form of <c>benchmarks decision-coverage</c>: of 20 intervals of 95 %, fewer than 16 hold the truth with probability
    /// 0.0026.
    /// </summary>
    [Theory]
    [InlineData("Table I (control)")]
    [InlineData("all Hill, s = 1.5")]
    [InlineData("falls: GSM8K and BBH")]
    public void Run_KnownTruth_IsInTheIntervals(string scenario)
    {
        var study = new DecisionStudy(DecisionScenario.All.Single(one => one.Name == scenario), (100, 2)) { Replicates = 50 };
        (DecisionStudy.Outcome Shapes, DecisionStudy.Outcome Measured)[] outcomes =
            [.. Enumerable.Range(1, Experiments).AsParallel().AsOrdered().Select(study.Run)];
        foreach (Func<(DecisionStudy.Outcome Shapes, DecisionStudy.Outcome Measured), DecisionStudy.Covered> part in
            (Func<(DecisionStudy.Outcome Shapes, DecisionStudy.Outcome Measured), DecisionStudy.Covered>[])
            [at => at.Shapes.Objective, at => at.Shapes.Gain, at => at.Measured.Objective, at => at.Measured.Gain])
            Assert.InRange(outcomes.Count(outcome => part(outcome).Holds), 16, Experiments);
    }
}
