namespace Calibration.Fitting.Service;

/// <summary>How far a slightly bent curve departs from the line.</summary>
internal static class Departure
{
    /// <summary>
    /// The departure with its noise taken off: √(δ² − Var δ) with the sign of δ, and 0 where δ is within its noise. Var δ is Hausman's
    /// difference of the variances of the two estimates (Econometrica 46 (1978) 1251).
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="coefficient">Which of its coefficients.</param>
    /// <param name="bent">The curve, null: no departure.</param>
    /// <param name="bentCoefficient">The curve's coefficient of the same meaning at one of its ends.</param>
    public static double Of(ClusteredRegression line, Index coefficient, ClusteredRegression? bent, int bentCoefficient)
    {
        if (bent is null)
            return 0;
        double departure = bent.Coefficients[bentCoefficient] - line.Coefficients[coefficient.GetOffset(line.Coefficients.Count)];
        double noise = Math.Max(0, Math.Pow(bent.StandardErrors[bentCoefficient], 2) - Math.Pow(line.StandardErrors[coefficient], 2));
        return Math.Sign(departure) * Math.Sqrt(Math.Max(0, (departure * departure) - noise));
    }
}
