namespace Calibration.Fitting.Statistics;

/// <summary>Steele, Lea and Flood's SplitMix64: a stream of its own for every (seed, index), at the cost of one hash.</summary>
/// <param name="seed">Seed.</param>
/// <param name="index">Number of the stream.</param>
public struct SplitMix64(ulong seed, ulong index)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(Mix(seed + Gamma) ^ Mix((index * 0xD1B54A32D192ED03) + 1));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Gamma);

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … bound − 1; the bias of the multiplication is below 2⁻³².</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>Standard normal by Box and Muller.</summary>
    public double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
