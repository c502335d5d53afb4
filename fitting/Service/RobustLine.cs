namespace Calibration.Fitting.Service;

/// <summary>The line that outliers do not move: it separates them from the noise before the published fit.</summary>
internal static class RobustLine
{
    /// <summary>Line by Huber weights and the noise around it, in turns.</summary>
    public static (ServiceTimeLine Line, NoiseModel Noise) Through(double[] tokens, double[] seconds)
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
        for (int round = 0; round < 6; round++)
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

            (t0, c) = Line(tokens, seconds, weights);
        }

        return (new ServiceTimeLine(Math.Max(0, t0), c), noise);
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
