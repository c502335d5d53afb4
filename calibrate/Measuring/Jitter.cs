using Calibration.Fitting.Statistics;

namespace Calibration.Calibrate.Measuring;

/// <summary>Spreads the retries of clients that were refused together; a stream of numbers in [0, 1) that follows from a seed.</summary>
internal sealed class Jitter(int seed)
{
    private readonly Lock _gate = new();
    private SplitMix64 _stream = new((ulong)(uint)seed, 0);

    internal double Next()
    {
        lock (_gate)
            return _stream.Uniform();
    }
}
