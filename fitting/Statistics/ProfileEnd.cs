namespace Calibration.Fitting.Statistics;

/// <summary>A profile's height above its optimum, scaled by a design effect: 2 (ℓ̂ − ℓ_p(ψ)) / δ, and how high it may be: q².</summary>
internal readonly record struct ScaledDrop(double Quantile, Func<double, double> At);

/// <summary>Ends of profile intervals: all ψ whose scaled drop is at most q².</summary>
internal static class ProfileEnd
{
    /// <summary>Where the root of the drop, almost linear in ψ, reaches the quantile: a bracket and Illinois steps.</summary>
    /// <param name="at">The estimate.</param>
    /// <param name="limit">End of the range that is searched, on the side of the sign of <paramref name="width"/>.</param>
    /// <param name="width">First step, with its sign.</param>
    /// <param name="drop">The scaled drop.</param>
    /// <returns>The end, and whether it lies inside the range.</returns>
    public static (double End, bool Bounded) Find(double at, double limit, double width, ScaledDrop drop)
    {
        double quantile = drop.Quantile;
        if (Math.Abs(limit - at) < 1e-12)
            return (limit, false);
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
            double height = drop.At(value);
            return double.IsFinite(height) ? Math.Sqrt(Math.Max(0, height)) - quantile : double.PositiveInfinity;
        }
    }
}
