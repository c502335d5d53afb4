namespace Calibration.Optimizer.Solving;

/// <summary>
/// The Wright ω function on the real line, ω(x) = W(eˣ): the solution of ω + ln ω = x. It is how the paper's Lambert W
/// update (22) is evaluated, whose argument overflows.
/// </summary>
public static class WrightOmega
{
    /// <summary>Below it ω = eˣ to double precision.</summary>
    private const double ExponentialBelow = -40;

    /// <summary>ω(x) to 4 ulp: 0 at −∞, +∞ at +∞, NaN at NaN.</summary>
    public static double At(double x)
    {
        if (double.IsNaN(x) || double.IsPositiveInfinity(x))
            return x;
        return x > 1 ? Right(x) : Left(x);
    }

    /// <summary>x = ω + ln ω with ω ≥ 1: x − ω is exact (Sterbenz), so the residual is too.</summary>
    private static double Right(double x)
    {
        double log = Math.Log(x);
        double omega = x - log + (log / x);
        omega = Corrected(omega, x - omega - Math.Log(omega));
        return Corrected(omega, x - omega - Math.Log(omega));
    }

    /// <summary>ω e^ω = eˣ; the residual ln(eˣ/ω) − ω keeps its relative digits where x is large and negative.</summary>
    private static double Left(double x)
    {
        double y = Math.Exp(x);
        if (x < ExponentialBelow)
            return y;
        double log = double.LogP1(y);
        double omega = log * (1 - (double.LogP1(log) / (2 + log)));
        if (omega < 1e-5)
            return y * (1 - (y * (1 - (1.5 * y * (1 - (16.0 / 9.0 * y))))));
        omega = Corrected(omega, Math.Log(y / omega) - omega);
        return Corrected(omega, Math.Log(y / omega) - omega);
    }

    /// <summary>One step of Fritsch, Shafer and Crowley (Comm. ACM 16, 1973): of fourth order.</summary>
    private static double Corrected(double omega, double residual)
    {
        double next = 1 + omega;
        double quadratic = next * (next + (2.0 / 3.0 * residual));
        return omega + (omega * (residual / next) * (quadratic - (0.5 * residual)) / (quadratic - residual));
    }
}
