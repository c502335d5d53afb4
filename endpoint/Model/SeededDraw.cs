namespace Calibration.Endpoint.Model;

/// <summary>Uniform and normal draws that are a function of what they are drawn for, so that a repeated request repeats its draw.</summary>
internal static class SeededDraw
{
    /// <summary>A 64-bit hash of texts, FNV-1a with a SplitMix64 finish.</summary>
    internal static ulong Hash(ulong seed, params ReadOnlySpan<string> parts)
    {
        ulong hash = 14_695_981_039_346_656_037 ^ seed;
        foreach (string part in parts)
        {
            foreach (char symbol in part)
                hash = (hash ^ symbol) * 1_099_511_628_211;
            hash = (hash ^ 0x1F) * 1_099_511_628_211;
        }

        return Mix(hash);
    }

    /// <summary>SplitMix64's finishing function.</summary>
    internal static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }

    /// <summary>A number in (0, 1).</summary>
    internal static double Uniform(ulong hash) => ((Mix(hash) >> 11) + 0.5) / (1UL << 53);

    /// <summary>A standard normal number by Box and Muller, cut at three standard deviations on both sides alike.</summary>
    internal static double Normal(ulong hash)
    {
        double radius = Math.Sqrt(-2 * Math.Log(Uniform(hash)));
        return Math.Clamp(radius * Math.Cos(2 * Math.PI * Uniform(hash ^ 0x5851_F42D_4C95_7F2D)), -3, 3);
    }
}
