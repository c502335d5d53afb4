namespace Calibration.Analysis.Comparing;

/// <summary>Holm's procedure: which of many tests reject, with one error for all together (Scand. J. Statist. 6 (1979) 65).</summary>
internal static class Holm
{
    private const double Level = 0.05;

    /// <summary>
    /// The largest p-value that rejects: every smaller or equal one does too; −1 where none does.
    /// </summary>
    internal static double Threshold(IEnumerable<double> pValues)
    {
        double[] sorted = [.. pValues.Order()];
        double threshold = -1;
        for (int i = 0; i < sorted.Length && sorted[i] <= Level / (sorted.Length - i); i++)
            threshold = sorted[i];
        return threshold;
    }
}
