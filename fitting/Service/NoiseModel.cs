using Calibration.Fitting.Statistics;
namespace Calibration.Fitting.Service;

/// <summary>Noise of a service time t: variance α² + β² t², an absolute and a relative part.</summary>
internal readonly record struct NoiseModel(double Absolute, double Relative)
{
    public double Variance(double seconds) => (Absolute * Absolute) + (Relative * Relative * seconds * seconds);

    /// <summary>
    /// Gaussian pseudo-likelihood over the ratio α/β, with squared residuals capped at the square of five robust standard
    /// deviations, so that an outlier does not become the noise.
    /// </summary>
    public static NoiseModel From(ReadOnlySpan<double> fitted, ReadOnlySpan<double> residuals)
    {
        int n = fitted.Length;
        double largest = 1e-9;
        foreach (double t in fitted)
            largest = Math.Max(largest, Math.Abs(t));
        (double Loss, NoiseModel Model) best = (double.PositiveInfinity, new NoiseModel(0, 1));
        var squares = new double[n];
        var shares = new double[n];
        for (double log = Math.Log(1e-5); log <= Math.Log(10) + 1e-9; log += 0.5)
        {
            double ratio = largest * Math.Exp(log), loss = 0;
            for (int i = 0; i < n; i++)
                shares[i] = Math.Abs(residuals[i]) / Math.Sqrt((ratio * ratio) + (fitted[i] * fitted[i]));
            double cap = Math.Pow(5 * 1.4826 * Median(shares), 2), mean = 0;
            for (int i = 0; i < n; i++)
                mean += squares[i] = Math.Min(shares[i] * shares[i], cap > 0 ? cap : double.PositiveInfinity);
            mean = Math.Max(mean / n, 1e-24);
            for (int i = 0; i < n; i++)
                loss += Math.Log(mean * ((ratio * ratio) + (fitted[i] * fitted[i]))) + (squares[i] / mean);
            double beta = Math.Sqrt(mean);
            if (loss < best.Loss)
                best = (loss, new NoiseModel(beta * ratio, beta));
        }

        return best.Model;
    }

    public static double Median(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted.Length == 0 ? 0 : Quantiles.OfSorted(sorted, 0.5);
    }
}
