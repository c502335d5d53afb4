using System.Numerics;
using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>
/// Blackman and Vigna's xoshiro256** 1.0: period 2²⁵⁶ − 1. Every (seed, stream) gets a state of its own from SplitMix64,
/// as its authors advise; two of them overlap with a probability below 2⁻¹²⁸ times their lengths.
/// </summary>
internal struct Xoshiro256
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    internal Xoshiro256(ulong seed, ulong stream)
    {
        ulong state = Mix(Mix(seed + Gamma) ^ Mix((stream * 0xD1B54A32D192ED03) + 1));
        _a = Mix(state += Gamma);
        _b = Mix(state += Gamma);
        _c = Mix(state += Gamma);
        _d = Mix(state + Gamma) | 1;
    }

    internal Xoshiro256(ulong a, ulong b, ulong c, ulong d) => (this._a, this._b, this._c, this._d) = (a, b, c, d);

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9, shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in (0, 1): the middles of 2⁵³ equal cells, so that its logarithm is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Open() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … bound − 1; the multiplication's bias is below bound · 2⁻³².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
