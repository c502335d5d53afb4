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

    public Ends OfD(Scale scale) =>
        Between(best.D, 0, best.S, scale, (d, near) => solver.Polish(near with { D = d, S = Math.Max(near.S, d) }, Held.D, Tolerance));

    public Ends OfA(Scale scale) =>
        Between(best.A, 0, 1, scale, (a, near) =>
        {
            double d = Math.Clamp(near.D, 0, 1 - a);
            return solver.Polish(near with { D = d, S = Math.Min(1, d + a) }, Held.A, Tolerance);
        });

    public Ends OfTheta(Scale scale) =>
        Between(
            best.Theta, solver.MinTheta, solver.MaxTheta, scale, (t, near) => solver.Polish(near with { Theta = t }, Held.Rate, Tolerance));

    /// <summary>Whether the profile of θ is closed at both ends of the searched range.</summary>
    public bool HasRate(Scale scale) =>
        IsClosed(solver.MinTheta, scale.DesignEffect * scale.Below) && IsClosed(solver.MaxTheta, scale.DesignEffect);

    private bool IsClosed(double limit, double designEffect) =>
        2 * (best.Objective - solver.Polish(best with { Theta = limit }, Held.Rate, Tolerance).Objective) / designEffect > quantile
            * quantile;

    private Ends Between(double at, double low, double high, Scale scale, Func<double, CurvePoint, CurvePoint> profile)
    {
        double width = scale.StandardError > 0 ? quantile * scale.StandardError : 0.05 * (high - low);
        (double lower, bool below) = EndOf(
            at,
            low,
            -width,
            scale with { DesignEffect = scale.DesignEffect * scale.Below, CeilingHeight = scale.CeilingHeight * scale.Below },
            profile);
        (double upper, bool above) = EndOf(at, high, width, scale, profile);
        return new Ends(lower, upper, below, above);
    }

    private (double End, bool Bounded) EndOf(
        double at, double limit, double width, Scale scale, Func<double, CurvePoint, CurvePoint> profile)
    {
        (double end, bool bounded) = End(at, limit, width, scale.DesignEffect, profile);
        if (!bounded || scale.CeilingHeight is not { } height || profile(end, best).S < 1 - 1e-9)
            return (end, bounded);
        return (End(at, limit, end - at, Math.Max(scale.DesignEffect, height / (quantile * quantile)), profile).End, true);
    }

    /// <summary>The end on one side, each profile point started from the one before.</summary>
    private (double End, bool Bounded) End(
        double at, double limit, double width, double designEffect, Func<double, CurvePoint, CurvePoint> profile)
    {
        CurvePoint near = best;
        return ProfileEnd.Find(at, limit, width, quantile, value =>
        {
            CurvePoint point = profile(value, near);
            if (double.IsFinite(point.Objective))
                near = point;
            return 2 * (best.Objective - point.Objective) / designEffect;
        });
    }
}
