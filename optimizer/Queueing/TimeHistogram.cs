using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>Times by task in bins of equal ratio: 128 an octave from 2⁻²⁰ s to 2³⁰ s, so a percentile is good to 0.4 %.</summary>
internal sealed class TimeHistogram(int tasks)
{
    private const int BinsAnOctave = 128;
    private const int Shift = 45;
    private const int FirstExponent = -20;
    private const int Octaves = 50;
    private const int Bins = BinsAnOctave * Octaves;
    private const int Offset = (1023 + FirstExponent) * BinsAnOctave;

    private readonly long[] _counts = new long[tasks * Bins];

    /// <summary>The leading bits of a double are its octave and its place in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int task, double seconds)
    {
        int bin = (int)(BitConverter.DoubleToUInt64Bits(seconds) >> Shift) - Offset;
        _counts[(task * Bins) + Math.Clamp(bin, 0, Bins - 1)]++;
    }

    internal void Add(TimeHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }

    /// <summary>The time that a share of the task's queries does not exceed; null where there were none.</summary>
    internal double? Percentile(int task, double share) => Percentile(_counts.AsSpan(task * Bins, Bins), share);

    /// <summary>The time that a share of all queries does not exceed; null where there were none.</summary>
    internal double? Percentile(double share)
    {
        var all = new long[Bins];
        for (int i = 0; i < _counts.Length; i++)
            all[i % Bins] += _counts[i];
        return Percentile(all, share);
    }

    private static double? Percentile(ReadOnlySpan<long> bins, double share)
    {
        long total = 0, below = 0;
        foreach (long count in bins)
            total += count;
        if (total == 0)
            return null;
        double wanted = share * total;
        int bin = 0;
        while (bin < Bins - 1 && below + bins[bin] < wanted)
            below += bins[bin++];
        double within = bins[bin] == 0 ? 0 : (wanted - below) / bins[bin];
        double low = EdgeOf(bin), high = EdgeOf(bin + 1);
        return low + (within * (high - low));
    }

    private static double EdgeOf(int bin) => BitConverter.UInt64BitsToDouble((ulong)(bin + Offset) << Shift);
}
