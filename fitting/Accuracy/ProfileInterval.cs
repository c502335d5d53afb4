namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Intervals from the profile of the objective with its height scaled by the design effect (Chandler and Bate, Biometrika
/// 94 (2007) 167: the vertical adjustment of the independence likelihood): all ψ with 2 (ℓ̂ − ℓ_p(ψ)) / δ ≤ q².
/// They keep to the bounds, are as skewed as the data, and end in one side at a bound.
/// </summary>
internal sealed class ProfileInterval(CurveSolver solver, CurvePoint best, double quantile)
{
    // Of the profile's height, where 3.84 makes the interval.
    private const double Tolerance = 1e-10;

    /// <summary>The interval and whether its ends lie inside the range that was searched.</summary>
    internal readonly record struct Ends(double Low, double High, bool BoundedBelow, bool BoundedAbove);

    public Ends OfD(double designEffect, double standardError) =>
        Between(best.D, 0, best.S, designEffect, standardError, (d, near) => solver.Polish(near with { D = d, S = Math.Max(near.S, d) }, Held.D, Tolerance));

    public Ends OfA(double designEffect, double standardError) =>
        Between(best.A, 0, 1, designEffect, standardError, (a, near) =>
        {
            double d = Math.Clamp(near.D, 0, 1 - a);
            return solver.Polish(near with { D = d, S = Math.Min(1, d + a) }, Held.A, Tolerance);
        });

    public Ends OfTheta(double designEffect, double standardError) =>
        Between(best.Theta, solver.MinTheta, solver.MaxTheta, designEffect, standardError, (t, near) => solver.Polish(near with { Theta = t }, Held.Rate, Tolerance));

    private Ends Between(double at, double low, double high, double designEffect, double standardError, Func<double, CurvePoint, CurvePoint> profile)
    {
        double width = standardError > 0 ? quantile * standardError : 0.05 * (high - low);
        (double lower, bool below) = End(at, low, -width, designEffect, profile);
        (double upper, bool above) = End(at, high, width, designEffect, profile);
        return new Ends(lower, upper, below, above);
    }

    /// <summary>Where the root of the scaled drop, almost linear in ψ, reaches the quantile: a bracket and Illinois steps.</summary>
    private (double End, bool Bounded) End(double at, double limit, double width, double designEffect, Func<double, CurvePoint, CurvePoint> profile)
    {
        if (Math.Abs(limit - at) < 1e-12)
            return (limit, false);
        CurvePoint near = best;
        double inner = at, innerValue = -quantile, outer = at + width, outerValue;
        while (true)
        {
            bool last = width < 0 ? outer <= limit : outer >= limit;
            if (last)
                outer = limit;
            outerValue = Excess(outer);
            if (outerValue >= 0)
                break;
            if (last)
                return (limit, false);
            (inner, innerValue) = (outer, outerValue);
            double factor = Math.Clamp(quantile / Math.Max(outerValue + quantile, 0.3 * quantile), 1.05, 3);
            outer = at + ((outer - at) * factor * 1.02);
        }

        for (int i = 0; i < 40 && Math.Abs(outer - inner) > 1e-7 * Math.Abs(width); i++)
        {
            double share = double.IsFinite(outerValue) ? innerValue / (innerValue - outerValue) : 0.5;
            double middle = inner + ((outer - inner) * share), value = Excess(middle);
            if (Math.Abs(value) < 1e-5)
                return (middle, true);
            if (value >= 0)
            {
                (outer, outerValue) = (middle, value);
                innerValue /= 2;
            }
            else
            {
                (inner, innerValue) = (middle, value);
                outerValue /= 2;
            }
        }

        return (outer, true);

        double Excess(double value)
        {
            CurvePoint point = profile(value, near);
            if (double.IsFinite(point.Objective))
                near = point;
            double drop = 2 * (best.Objective - point.Objective) / designEffect;
            return double.IsFinite(drop) ? Math.Sqrt(Math.Max(0, drop)) - quantile : double.PositiveInfinity;
        }
    }
}
