using Calibration.Fitting;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Fitting;

/// <summary>Service times as the latency pass measures them: ten traces to 4,096 tokens at most, one more to the largest budget.</summary>
internal static class SyntheticServices
{
    /// <param name="truth">The line.</param>
    /// <param name="largest">Largest budget of the task.</param>
    /// <param name="traces">Traces up to 4,096 tokens.</param>
    /// <param name="traceNoise">Relative noise shared by a trace.</param>
    /// <param name="pointNoise">Relative noise of each point.</param>
    /// <param name="absoluteNoise">Absolute noise of each point, in seconds.</param>
    /// <param name="random">Where the noise comes from.</param>
    public static List<ServiceObservation> Draw(
        ServiceTimeLine truth, int largest, int traces, double traceNoise, double pointNoise, double absoluteNoise,
            Xoshiro256StarStar random)
    {
        int[] grid = [0, .. Enumerable.Range(0, 9).Select(i => largest >> (8 - i))];
        var observations = new List<ServiceObservation>();
        for (int trace = 0; trace <= traces; trace++)
        {
            double rate = 1 + (traceNoise * Normal.Sample(random, 0, 1)), start = 1 + (traceNoise * Normal.Sample(random, 0, 1));
            foreach (int budget in grid.Where(b => trace == traces || b <= 4096))
            {
                double time = (truth.T0Seconds * start) + (truth.SecondsPerToken * budget * rate);
                double noise = (time * pointNoise * Normal.Sample(random, 0, 1)) + (absoluteNoise * Normal.Sample(random, 0, 1));
                observations.Add(new ServiceObservation("t" + trace, budget, time + noise));
            }
        }

        return observations;
    }
}
