using System.Collections.Immutable;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;

namespace Calibration.Analysis.Policies;

/// <summary>The paper's own iterations at an operating point, beside the default solver.</summary>
public static class PaperMethods
{
    private const int AscentIterations = 20_000;

    /// <summary>What each iteration does.</summary>
    /// <param name="workload">A workload of the paper's model.</param>
    /// <param name="best">Its optimum.</param>
    public static ImmutableArray<MethodOutcome> Of(Workload workload, Allocation best)
    {
        ArgumentNullException.ThrowIfNull(best);
        MethodResult fixedPoint = FixedPointMethod.Solve(workload);
        MethodResult ascent = GradientAscentMethod.Solve(workload, iterationLimit: AscentIterations);
        string radius = FixedPointMethod.SpectralRadius(workload, best.Budgets.AsSpan()) is { } value
            ? FormattableString.Invariant($" Spectral radius of the iteration at ℓ*: {value:0.####}.")
            : "";
        return
        [
            Outcome("projected fixed point (24)", fixedPoint) with { Condition = fixedPoint.Condition + radius },
            Outcome("projected gradient ascent (29)", ascent),
        ];
    }

    private static MethodOutcome Outcome(string name, MethodResult result) =>
        new(name, result.Ending, result.Iterations, result.ConditionHeld, result.Condition);
}
