namespace Calibration.Fitting.Statistics;

/// <summary>The quadratic form A D² + 2B D S + C S² − 2(U D + V S).</summary>
internal readonly record struct PlaneForm(double A, double B, double C, double U, double V);

/// <summary>Quadratic least squares over the triangle 0 ≤ D ≤ S ≤ 1.</summary>
internal static class Triangle
{
    /// <summary>Minimises the form: the free optimum where it lies inside, else the best of the edges.</summary>
    public static (double D, double S, double Loss) Minimise(in PlaneForm form)
    {
        (double a, double b, double c, double u, double v) = form;
        double determinant = (a * c) - (b * b);
        if (determinant > 1e-12 * a * c)
        {
            double d = ((c * u) - (b * v)) / determinant, s = ((a * v) - (b * u)) / determinant;
            if (d >= 0 && s <= 1 && d <= s)
                return (d, s, Loss(d, s));
        }

        double flat = Math.Clamp((u + v) / (a + (2 * b) + c), 0, 1);
        (double D, double S, double Loss) best = (flat, flat, Loss(flat, flat));
        double ceiling = c > 0 ? Math.Clamp(v / c, 0, 1) : 1;
        if (Loss(0, ceiling) is double atZero && atZero < best.Loss)
            best = (0, ceiling, atZero);
        double floor = a > 0 ? Math.Clamp((u - b) / a, 0, 1) : 0;
        if (Loss(floor, 1) is double atOne && atOne < best.Loss)
            best = (floor, 1, atOne);
        return best;

        double Loss(double d, double s) => (a * d * d) + (2 * b * d * s) + (c * s * s) - (2 * ((u * d) + (v * s)));
    }
}
