using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Calibration.Analysis.Comparing;

/// <summary>Whether to keep the old allocation: by the loss of J under the new model.</summary>
internal static class KeepRule
{
    /// <summary>A loss does not matter below what this much accuracy is worth.</summary>
    internal const double DefaultAccuracy = 0.01;

    private const double Level = 0.05;

    /// <summary>One-sided p-value of a loss of 0; absent where the budgets are not stable.</summary>
    internal static double? PValue(AllocationValue kept) => kept.Loss is not { } loss ? null
        : loss.StandardDeviation > 0 ? Normal.CDF(0, 1, -loss.Value / loss.StandardDeviation)
        : loss.Value > 0 ? 0 : 1;

    /// <summary>The decision in one sentence.</summary>
    /// <param name="kept">The old allocation under the new model.</param>
    /// <param name="tolerable">A loss that does not matter, in seconds.</param>
    /// <param name="claimed">Whether the loss is claimed to be above 0.</param>
    /// <param name="tests">Number of tests that share the error.</param>
    internal static KeepDecision Decide(AllocationValue kept, double tolerable, bool claimed, int tests)
    {
        if (kept.Loss is not { } loss)
        {
            return new KeepDecision(
                Keeping.Change, tolerable, 0, null,
                "Change the allocation: under the new model the old budgets are not stable, the queue would grow without end.");
        }

        double p = PValue(kept)!.Value;
        string cost = string.Create(
            CultureInfo.InvariantCulture,
            $"{loss.Value:0.000} s of J [{loss.Interval.Low:0.000}, {loss.Interval.High:0.000}] under the new model");
        if (loss.Interval.High <= tolerable && !kept.IsCut)
        {
            return new KeepDecision(
                Keeping.Keep, tolerable, p, null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Keep the old allocation: it costs {cost}, less than the {tolerable:0.###} s that matter."));
        }

        if (claimed)
        {
            return new KeepDecision(
                Keeping.Change, tolerable, p, null, $"Change the allocation: keeping the old one costs {cost}.");
        }

        if (kept.IsCut)
        {
            string tasks = string.Join(", ", kept.Budgets.Where(at => at.ValuedAtTokens is not null).Select(at => at.Task));
            return new KeepDecision(
                Keeping.NotEnoughData, tolerable, p, null,
                $"Not enough data: keeping the old allocation costs at least {cost}, and more where the old budgets of {tasks} lie beyond "
                + "what the new run knows.");
        }

        double? factor = FactorOf(loss, tolerable, tests);
        string more = factor is { } times
            ? string.Create(CultureInfo.InvariantCulture, $" About {times:0.#} times the problems would decide.")
            : "";
        return new KeepDecision(
            Keeping.NotEnoughData, tolerable, p, factor, $"Not enough data: keeping the old allocation costs {cost}.{more}");
    }

    /// <summary>
    /// How many times the data, if the loss stays as it is, would bring its interval below what matters or above 0, whichever is sooner;
    /// standard errors fall with the root of the data.
    /// </summary>
    private static double? FactorOf(CorrectedValue loss, double tolerable, int tests)
    {
        double half = loss.Interval.High - loss.Value, quantile = -Normal.InvCDF(0, 1, Level / Math.Max(1, tests));
        double[] roots =
        [
            loss.Value < tolerable ? half / (tolerable - loss.Value) : double.PositiveInfinity,
            loss.Value > 0 ? quantile * loss.StandardDeviation / loss.Value : double.PositiveInfinity,
        ];
        double root = roots.Min();
        return double.IsFinite(root) ? Math.Max(1.1, root * root) : null;
    }
}
