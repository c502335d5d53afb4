namespace Calibration.Results;

/// <summary>
/// The fixed cost of one request: what a request of no tokens would take. A service time with thinking was measured by two requests, and
/// one without by one, so the fits subtract it once where there is thinking.
/// </summary>
/// <param name="Seconds">
/// O = median(1) − (median(9) − median(1))/8 over requests for 1 and for 9 tokens with a cached prompt, at least 0.
/// </param>
/// <param name="Low">Lower end of its 95 % interval, in seconds.</param>
/// <param name="High">Upper end.</param>
public sealed record RequestOverhead(double Seconds, double Low, double High)
{
    /// <summary>No server answers in less: what is below is rounding.</summary>
    private const double MinSeconds = 1e-6;

    /// <summary>97.5 % quantile of Student's t for two samples of ten.</summary>
    private const double Quantile = 2.10;

    /// <summary>What the fits subtract where there is thinking: nothing where the interval contains 0.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Subtracted => Low > MinSeconds ? Seconds : 0;

    /// <summary>The estimate from measured times; the interval by the medians' standard errors, 1.253 · 1.4826 · MAD/√n.</summary>
    /// <param name="oneToken">Seconds of requests for one token.</param>
    /// <param name="nineTokens">Seconds of requests for nine.</param>
    public static RequestOverhead From(IReadOnlyCollection<double> oneToken, IReadOnlyCollection<double> nineTokens)
    {
        ArgumentNullException.ThrowIfNull(oneToken);
        ArgumentNullException.ThrowIfNull(nineTokens);
        double one = Median(oneToken), nine = Median(nineTokens), seconds = one - ((nine - one) / 8);
        double error = Math.Sqrt(Math.Pow(9.0 / 8 * Error(oneToken, one), 2) + Math.Pow(Error(nineTokens, nine) / 8, 2));
        return new RequestOverhead(
            Math.Max(0, seconds), Math.Max(0, seconds - (Quantile * error)), Math.Max(0, seconds + (Quantile * error)));
    }

    private static double Error(IReadOnlyCollection<double> values, double median) =>
        1.253 * 1.4826 * Median([.. values.Select(value => Math.Abs(value - median))]) / Math.Sqrt(values.Count);

    private static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
