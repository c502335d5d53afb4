using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>Draws a task type in constant time (Walker 1977, set up as Vose 1991) from 32 random bits.</summary>
internal sealed class AliasTable
{
    private readonly uint[] _threshold;
    private readonly int[] _alias;

    internal AliasTable(ReadOnlySpan<double> weights)
    {
        int n = weights.Length;
        (_threshold, _alias) = (new uint[n], new int[n]);
        double sum = 0;
        foreach (double weight in weights)
            sum += weight;
        var scaled = new double[n];
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (int k = 0; k < n; k++)
        {
            scaled[k] = weights[k] / sum * n;
            (scaled[k] < 1 ? small : large).Push(k);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int poor = small.Pop(), rich = large.Pop();
            (_threshold[poor], _alias[poor]) = (ToBits(scaled[poor]), rich);
            scaled[rich] -= 1 - scaled[poor];
            (scaled[rich] < 1 ? small : large).Push(rich);
        }

        foreach (int k in small.Concat(large))
            (_threshold[k], _alias[k]) = (uint.MaxValue, k);
    }

    /// <summary>The smallest number of 32 bits that is not below a probability; certainty is the largest one.</summary>
    internal static uint ToBits(double probability) => (uint)Math.Clamp(Math.Round(probability * 4_294_967_296.0), 0, uint.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Type(uint bits)
    {
        ulong product = bits * (ulong)_threshold.Length;
        int cell = (int)(product >> 32);
        return (uint)product < _threshold[cell] ? cell : _alias[cell];
    }
}
