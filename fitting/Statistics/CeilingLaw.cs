namespace Calibration.Fitting.Statistics;

/// <summary>
/// The law of a profile's height where the truth lies on A + D = 1. With the parameter held, the ceiling may bind a second time,
/// and the height is no χ² with one degree of freedom (Self and Liang, JASA 82 (1987) 605). The estimates of the parameter and
/// of the ceiling S = A + D are taken as normal with their clustered covariance, the objective as quadratic.
/// </summary>
internal static class CeilingLaw
{
    private const int Directions = 180;

    /// <summary>Variances and the covariance of one parameter's estimate ψ and that of the ceiling S, were it free.</summary>
    internal readonly record struct Spread(double Parameter, double Ceiling, double Covariance);

    /// <summary>
    /// The height 2 (ℓ̂ − ℓ_p(ψ)) that the truth exceeds with probability 1 − level; null where the spreads are singular.
    /// </summary>
    /// <param name="clustered">Spread of the estimates.</param>
    /// <param name="curvature">The spread that the objective's curvature stands for.</param>
    /// <param name="level">Confidence level.</param>
    public static double? Height(Spread clustered, Spread curvature, double level)
    {
        double rest = clustered.Ceiling - (clustered.Covariance * clustered.Covariance / clustered.Parameter);
        if (!(clustered.Parameter > 0 && rest >= 0 && curvature.Parameter > 0 && curvature.Ceiling > 0)
            || !(Determinant(curvature) > 1e-10 * curvature.Parameter * curvature.Ceiling))
            return null;
        double root = Math.Sqrt(clustered.Parameter);
        var heights = new double[Directions];
        for (int i = 0; i < Directions; i++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * (i + 0.5) / Directions);
            heights[i] = Drop(root * cos, (clustered.Covariance / root * cos) + (Math.Sqrt(rest) * sin), curvature);
        }

        // The height grows with the square of the distance, whose half is exponential: P(height > q) = mean of e^(−q / 2g).
        double low = 0, high = 2 * heights.Max() * Math.Log(1 / (1 - level));
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (heights.Average(g => g > 0 ? Math.Exp(-middle / (2 * g)) : 0) > 1 - level)
                low = middle;
            else
                high = middle;
        }

        return high > 0 ? high : null;
    }

    /// <summary>
    /// Height at the truth (0, 0) of a quadratic objective whose free optimum is (parameter, ceiling), ceilings above 0 forbidden.
    /// </summary>
    private static double Drop(double parameter, double ceiling, Spread curvature)
    {
        double held = parameter * parameter / curvature.Parameter, best = 0;
        if (ceiling - (curvature.Covariance / curvature.Parameter * parameter) > 0)
        {
            held = ((curvature.Ceiling * parameter * parameter) - (2 * curvature.Covariance * parameter * ceiling)
                + (curvature.Parameter * ceiling * ceiling)) / Determinant(curvature);
        }

        if (ceiling > 0)
            best = ceiling * ceiling / curvature.Ceiling;
        return Math.Max(0, held - best);
    }

    private static double Determinant(Spread spread) => (spread.Parameter * spread.Ceiling) - (spread.Covariance * spread.Covariance);
}
