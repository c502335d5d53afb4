using System.Numerics;
using System.Runtime.CompilerServices;

namespace Calibration.Optimizer;

/// <summary>
/// Blackman and Vigna's xoshiro256** 1.0: period 2²⁵⁶ − 1. Every (seed, stream) gets a state of its own from SplitMix64,
/// as its authors advise; two of them overlap with a probability below 2⁻¹²⁸ times their lengths.
/// </summary>
internal struct Xoshiro256
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;

    internal Xoshiro256(ulong seed, ulong stream)
    {
        ulong state = Mix(Mix(seed + Gamma) ^ Mix((stream * 0xD1B54A32D192ED03) + 1));
        a = Mix(state += Gamma);
        b = Mix(state += Gamma);
        c = Mix(state += Gamma);
        d = Mix(state + Gamma) | 1;
    }

    internal Xoshiro256(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Next()
    {
        ulong result = BitOperations.RotateLeft(b * 5, 7) * 9, shifted = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>Uniform in (0, 1): the middles of 2⁵³ equal cells, so that its logarithm is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Open() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … bound − 1; the multiplication's bias is below bound · 2⁻³².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>Standard normal, by Box and Muller.</summary>
    internal double Normal() => Math.Sqrt(-2 * Math.Log(Open())) * Math.Cos(2 * Math.PI * Open());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
