using System.Collections.Immutable;

namespace Calibration.Fitting.Shapes;

/// <summary>Accuracy without a model: the non-decreasing values closest to the measured ones.</summary>
public static class IsotonicAccuracy
{
    /// <summary>Weighted isotonic regression by pooling adjacent violators.</summary>
    /// <param name="accuracies">Measured accuracies in the order of their budgets.</param>
    /// <param name="weights">Number of answers behind each, above 0.</param>
    public static ImmutableArray<double> Of(ReadOnlySpan<double> accuracies, ReadOnlySpan<double> weights)
    {
        var pools = new List<(double Sum, double Weight, int Count)>();
        for (int i = 0; i < accuracies.Length; i++)
        {
            pools.Add((accuracies[i] * weights[i], weights[i], 1));
            while (pools.Count > 1 && pools[^2].Sum / pools[^2].Weight >= pools[^1].Sum / pools[^1].Weight)
            {
                (double sum, double weight, int count) = pools[^1];
                pools.RemoveAt(pools.Count - 1);
                pools[^1] = (pools[^1].Sum + sum, pools[^1].Weight + weight, pools[^1].Count + count);
            }
        }

        return [.. pools.SelectMany(pool => Enumerable.Repeat(pool.Sum / pool.Weight, pool.Count))];
    }
}
