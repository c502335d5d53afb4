using System.Collections.Immutable;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;

namespace Calibration.Analysis.Deciding;

/// <summary>The paper's own iterations at an operating point, beside the default solver.</summary>
public static class PaperMethods
{
    private const int FrontierPoints = 25;
    private const int AscentIterations = 20_000;

    /// <summary>What each iteration does.</summary>
    public static ImmutableArray<MethodOutcome> Of(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        MethodResult fixedPoint = FixedPointMethod.Solve(workload);
        MethodResult ascent = GradientAscentMethod.Solve(workload, iterationLimit: AscentIterations);
        string radius = FixedPointMethod.SpectralRadius(workload, AllocationSolver.Solve(workload).Budgets.AsSpan()) is { } value
            ? FormattableString.Invariant($" Spectral radius of the iteration at ℓ*: {value:0.####}.")
            : "";
        return
        [
            new MethodOutcome("projected fixed point (24)", fixedPoint.Ending, fixedPoint.Iterations, fixedPoint.ConditionHeld, fixedPoint.Condition + radius),
            new MethodOutcome("projected gradient ascent (29)", ascent.Ending, ascent.Iterations, ascent.ConditionHeld, ascent.Condition),
        ];
    }

    /// <summary>The optimum as α runs over four decades around its value.</summary>
    public static ImmutableArray<FrontierPoint> Frontier(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ImmutableArray<double> weights = EfficientFrontier.Weights(workload.AccuracyWeightSeconds / 100, workload.AccuracyWeightSeconds * 100, FrontierPoints);
        return [.. EfficientFrontier.Of(workload, weights).Select(at => new FrontierPoint(at.Performance.AccuracyWeightSeconds, at.Performance.Accuracy, at.Performance.MeanSystemTimeSeconds))];
    }
}
