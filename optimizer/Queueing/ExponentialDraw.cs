using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>
/// Standard exponential numbers by Marsaglia and Tsang's ziggurat (J. Stat. Soft. 5, 2000): 256 layers of equal area
/// under e^(−x). Layer and abscissa come from different bits of one 64-bit number, so they are independent (Doornik 2005).
/// </summary>
internal static class ExponentialDraw
{
    private const int Layers = 256;

    /// <summary>Where the tail begins, R, and the area of each layer, V.</summary>
    private const double R = 7.69711747013104972;
    private const double V = 3.949659822581572e-3;
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>Right edges x_0 … x_256 of the layers (x_0 is the base layer's as if it were a rectangle), and heights e^(−x).</summary>
    private static readonly double[] Edge = new double[Layers + 1];
    private static readonly double[] Height = new double[Layers + 1];

    /// <summary>Edges times 2⁻⁵³, so that a number below 2⁵³ becomes an abscissa by one multiplication.</summary>
    private static readonly double[] Scale = new double[Layers];

    static ExponentialDraw()
    {
        Edge[0] = V * Math.Exp(R);
        Edge[1] = R;
        for (int i = 2; i < Layers; i++)
            Edge[i] = -Math.Log((V / Edge[i - 1]) + Math.Exp(-Edge[i - 1]));
        Edge[Layers] = 0;
        for (int i = 0; i <= Layers; i++)
            Height[i] = Math.Exp(-Edge[i]);
        for (int i = 0; i < Layers; i++)
            Scale[i] = Edge[i] * Unit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Next(ref Xoshiro256 random)
    {
        ulong bits = random.Next();
        int layer = (int)(bits & (Layers - 1));
        double x = (bits >> 11) * Scale[layer];
        return x < Edge[layer + 1] ? x : Slow(layer, x, ref random);
    }

    /// <summary>
    /// The same, with the rare further numbers from a generator of their own: the first then never leaves the processor's registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Next(ulong bits, ref Xoshiro256 spare)
    {
        int layer = (int)(bits & (Layers - 1));
        double x = (bits >> 11) * Scale[layer];
        return x < Edge[layer + 1] ? x : Slow(layer, x, ref spare);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Slow(int layer, double x, ref Xoshiro256 random)
    {
        while (true)
        {
            if (layer == 0)
                return R - Math.Log(random.Open());
            double y = Height[layer] + ((Height[layer + 1] - Height[layer]) * random.Open());
            if (y < Math.Exp(-x))
                return x;
            ulong bits = random.Next();
            layer = (int)(bits & (Layers - 1));
            x = (bits >> 11) * Scale[layer];
            if (x < Edge[layer + 1])
                return x;
        }
    }
}
