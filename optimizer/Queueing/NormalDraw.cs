using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>
/// Standard normal numbers by Marsaglia and Tsang's ziggurat: 256 layers of equal area under e^(−x²/2). Layer, sign and abscissa come from
/// different bits of one 64-bit number, so they are independent (Doornik 2005).
/// </summary>
internal static class NormalDraw
{
    private const int Layers = 256;

    /// <summary>Where the tail begins, R, and the area of each layer, V.</summary>
    private const double R = 3.6541528853610088;
    private const double V = 4.92867323399e-3;
    private const double Unit = 1.0 / (1UL << 53);

    private static readonly double[] Edge = new double[Layers + 1];
    private static readonly double[] Height = new double[Layers + 1];
    private static readonly double[] Scale = new double[Layers];

    static NormalDraw()
    {
        Edge[0] = V * Math.Exp(R * R / 2);
        Edge[1] = R;
        for (int i = 2; i < Layers; i++)
            Edge[i] = Math.Sqrt(-2 * Math.Log((V / Edge[i - 1]) + Math.Exp(-Edge[i - 1] * Edge[i - 1] / 2)));
        Edge[Layers] = 0;
        for (int i = 0; i <= Layers; i++)
            Height[i] = Math.Exp(-Edge[i] * Edge[i] / 2);
        for (int i = 0; i < Layers; i++)
            Scale[i] = Edge[i] * Unit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Next(ref Xoshiro256 random)
    {
        ulong bits = random.Next();
        int layer = (int)(bits & (Layers - 1));
        double x = (bits >> 11) * Scale[layer];
        return Signed(x < Edge[layer + 1] ? x : Slow(layer, x, ref random), bits);
    }

    /// <summary>The number with a sign from a bit that neither layer nor abscissa uses, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Signed(double x, ulong bits) =>
        BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(x) ^ ((bits & Layers) << 55));

    /// <summary>
    /// The same, with the rare further numbers from a generator of their own: the first then never leaves the processor's registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Next(ulong bits, ref Xoshiro256 spare)
    {
        int layer = (int)(bits & (Layers - 1));
        double x = (bits >> 11) * Scale[layer];
        return Signed(x < Edge[layer + 1] ? x : Slow(layer, x, ref spare), bits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Slow(int layer, double x, ref Xoshiro256 random)
    {
        while (true)
        {
            if (layer == 0)
                return Tail(ref random);
            double y = Height[layer] + ((Height[layer + 1] - Height[layer]) * random.Open());
            if (y < Math.Exp(-x * x / 2))
                return x;
            ulong bits = random.Next();
            layer = (int)(bits & (Layers - 1));
            x = (bits >> 11) * Scale[layer];
            if (x < Edge[layer + 1])
                return x;
        }
    }

    /// <summary>Beyond R, by Marsaglia's method of 1964.</summary>
    private static double Tail(ref Xoshiro256 random)
    {
        while (true)
        {
            double x = -Math.Log(random.Open()) / R, y = -Math.Log(random.Open());
            if (y + y > x * x)
                return R + x;
        }
    }
}

/// <summary>e^x by a table of 2^(j/1024) and a cubic: correct to some 2⁻⁵⁰, a third of the library's time.</summary>
internal static class TableExponential
{
    private const int Steps = 1_024;
    private const double Largest = 700;

    private static readonly double[] Power = [.. Enumerable.Range(0, Steps).Select(j => Math.Pow(2, j / (double)Steps))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Of(double x)
    {
        if (!(Math.Abs(x) < Largest))
            return Math.Exp(x);
        double scaled = Math.Round(x * (Steps * 1.4426950408889634));
        long n = (long)scaled;
        double rest = x - (scaled * (0.6931471805599453 / Steps));
        double cubic = 1 + (rest * (1 + (rest * (0.5 + (rest * (1.0 / 6))))));
        return BitConverter.UInt64BitsToDouble(
            BitConverter.DoubleToUInt64Bits(Power[(int)(n & (Steps - 1))] * cubic) + ((ulong)(n >> 10) << 52));
    }
}
