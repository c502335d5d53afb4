using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Intervals from the profile of the objective with its height scaled by the design effect (Chandler and Bate, Biometrika
/// 94 (2007) 167: the vertical adjustment of the independence likelihood): all ψ with 2 (ℓ̂ − ℓ_p(ψ)) / δ ≤ q².
/// They keep to the bounds, are as skewed as the data, and end in one side at a bound. An end where A + D = 1 binds is taken at
/// the height of <see cref="CeilingLaw"/>.
/// </summary>
/// <param name="solver">The loaded objective.</param>
/// <param name="best">Its optimum.</param>
/// <param name="quantile">q.</param>
internal sealed class ProfileInterval(CurveSolver solver, CurvePoint best, double quantile)
{
    // Of the profile's height, where 3.84 makes the interval.
    private const double Tolerance = 1e-10;

    /// <summary>The interval and whether its ends lie inside the range that was searched.</summary>
    internal readonly record struct Ends(double Low, double High, bool BoundedBelow, bool BoundedAbove);

    /// <summary>How high a profile may be.</summary>
    /// <param name="DesignEffect">δ.</param>
    /// <param name="StandardError">Of the parameter, for the first step; 0 where unknown.</param>
    /// <param name="CeilingHeight">2 (ℓ̂ − ℓ_p) at an end where the ceiling binds; null: as elsewhere.</param>
    /// <param name="Below">How many times higher at the lower end.</param>
    internal readonly record struct Scale(double DesignEffect, double StandardError, double? CeilingHeight, double Below = 1);

    public Ends OfD(Scale scale) => Between(
        new Path(best.D, (d, near) => solver.Polish(near with { D = d, S = Math.Max(near.S, d) }, Held.D, Tolerance)), (0, best.S), scale);

    public Ends OfA(Scale scale) => Between(
        new Path(best.A, (a, near) =>
        {
            double d = Math.Clamp(near.D, 0, 1 - a);
            return solver.Polish(near with { D = d, S = Math.Min(1, d + a) }, Held.A, Tolerance);
        }),
        (0, 1),
        scale);

    public Ends OfTheta(Scale scale) => Between(
        new Path(best.Theta, (t, near) => solver.Polish(near with { Theta = t }, Held.Rate, Tolerance)),
        (solver.MinTheta, solver.MaxTheta),
        scale);

    /// <summary>Whether the profile of θ is closed at both ends of the searched range.</summary>
    public bool HasRate(Scale scale) =>
        IsClosed(solver.MinTheta, scale.DesignEffect * scale.Below) && IsClosed(solver.MaxTheta, scale.DesignEffect);

    private bool IsClosed(double limit, double designEffect) =>
        2 * (best.Objective - solver.Polish(best with { Theta = limit }, Held.Rate, Tolerance).Objective) / designEffect
            > quantile * quantile;

    private Ends Between(Path path, (double Low, double High) range, Scale scale)
    {
        double width = scale.StandardError > 0 ? quantile * scale.StandardError : 0.05 * (range.High - range.Low);
        Scale below = scale with { DesignEffect = scale.DesignEffect * scale.Below, CeilingHeight = scale.CeilingHeight * scale.Below };
        (double lower, bool boundedBelow) = EndOf(path, range.Low, -width, below);
        (double upper, bool boundedAbove) = EndOf(path, range.High, width, scale);
        return new Ends(lower, upper, boundedBelow, boundedAbove);
    }

    private (double End, bool Bounded) EndOf(Path path, double limit, double width, Scale scale)
    {
        (double end, bool bounded) = End(path, limit, width, scale.DesignEffect);
        if (!bounded || scale.CeilingHeight is not { } height || path.Profile(end, best).S < 1 - 1e-9)
            return (end, bounded);
        return (End(path, limit, end - path.At, Math.Max(scale.DesignEffect, height / (quantile * quantile))).End, true);
    }

    /// <summary>The end on one side, each profile point started from the one before.</summary>
    private (double End, bool Bounded) End(Path path, double limit, double width, double designEffect)
    {
        CurvePoint near = best;
        return ProfileEnd.Find(path.At, limit, width, new ScaledDrop(quantile, value =>
        {
            CurvePoint point = path.Profile(value, near);
            if (double.IsFinite(point.Objective))
                near = point;
            return 2 * (best.Objective - point.Objective) / designEffect;
        }));
    }

    /// <summary>A parameter's estimate, and the optimum with it held at a value, from a point nearby.</summary>
    private readonly record struct Path(double At, Func<double, CurvePoint, CurvePoint> Profile);
}
