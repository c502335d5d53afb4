namespace Calibration.Fitting.Service;

/// <summary>The line that outliers do not move: it separates them from the noise before the published fit.</summary>
internal static class RobustLine
{
    private const int RoundLimit = 100;

    /// <summary>Largest change of a fitted time, as a share of the largest, at which the line counts as settled.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>Line by Huber weights and the noise around it, in turns until the line stays.</summary>
    public static (ServiceTimeLine Line, NoiseModel Noise, bool Converged) Through(double[] tokens, double[] seconds)
    {
        int n = seconds.Length;
        double typical = NoiseModel.Median(seconds.Select(Math.Abs).ToArray());
        var weights = new double[n];
        for (int i = 0; i < n; i++)
            weights[i] = 1 / ((seconds[i] * seconds[i]) + (1e-4 * typical * typical) + 1e-18);
        (double t0, double c) = Line(tokens, seconds, weights);
        NoiseModel noise = default;
        var fitted = new double[n];
        var residuals = new double[n];
        bool converged = false;
        for (int round = 0; round < RoundLimit && !converged; round++)
        {
            for (int i = 0; i < n; i++)
            {
                fitted[i] = Math.Max(0, t0) + (c * tokens[i]);
                residuals[i] = seconds[i] - (t0 + (c * tokens[i]));
            }

            noise = NoiseModel.From(fitted, residuals);
            double[] standard =
            [
                .. Enumerable.Range(0, n).Select(i => Math.Abs(residuals[i]) / Math.Sqrt(noise.Variance(fitted[i]) + 1e-30)),
            ];
            double scale = 1.4826 * NoiseModel.Median(standard);
            for (int i = 0; i < n; i++)
            {
                double huber = scale > 0 && standard[i] > 1.5 * scale ? 1.5 * scale / standard[i] : 1;
                weights[i] = huber / (noise.Variance(fitted[i]) + 1e-30);
            }

            (double before, double slope) = (t0, c);
            (t0, c) = Line(tokens, seconds, weights);
            converged = Math.Abs(t0 - before) + (Math.Abs(c - slope) * tokens.Max()) <= Tolerance * seconds.Max();
        }

        return (new ServiceTimeLine(Math.Max(0, t0), c), noise, converged);
    }

    private static (double T0, double C) Line(double[] tokens, double[] seconds, double[] weights)
    {
        double sum = weights.Sum(), mean = 0, level = 0, cross = 0, square = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            mean += weights[i] * tokens[i] / sum;
            level += weights[i] * seconds[i] / sum;
        }

        for (int i = 0; i < weights.Length; i++)
        {
            cross += weights[i] * (tokens[i] - mean) * (seconds[i] - level);
            square += weights[i] * (tokens[i] - mean) * (tokens[i] - mean);
        }

        double c = square > 0 ? cross / square : 0;
        return (level - (c * mean), c);
    }
}
