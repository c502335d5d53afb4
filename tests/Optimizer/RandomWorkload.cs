using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Optimizer;

/// <summary>Feasible operating points far wider than the paper's.</summary>
internal static class RandomWorkload
{
    internal static Workload Draw(Xoshiro256StarStar random, int? tasks = null, double? maxBudget = null)
    {
        int n = tasks ?? 1 + random.Next(50);
        double[] shares = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < 0.1 ? 0.01 : 0.05 + random.NextDouble())];
        double total = shares.Sum();
        bool variance = random.NextDouble() < 0.3, held = random.NextDouble() < 0.2;
        ImmutableArray<TaskModel> models =
        [
            .. shares.Select((share, k) =>
            {
                double a = 0.02 + (0.9 * random.NextDouble()), t0 = Log(random, 0.01, 2), c = Log(random, 1e-3, 0.05);
                if (held && random.NextDouble() < 0.2)
                    return TaskModel.Held("t" + k, share / total, random.NextDouble(), t0);
                return new TaskModel(
                    "t" + k,
                    share / total,
                    new ExponentialAccuracy(a, Log(random, 1e-5, 0.5), (1 - a) * random.NextDouble()),
                    new ServiceTimeLine(t0, c),
                    maxBudget ?? Log(random, 1, 1e6))
                {
                    ServiceVariance = variance ? Log(random, 1e-4, 10) : 0,
                };
            }),
        ];
        double idle = models.Sum(model => model.Probability * model.Service.T0Seconds);
        double utilization = random.NextDouble() < 0.2 ? 0.9 + (0.099 * random.NextDouble()) : Log(random, 1e-4, 0.999);
        return new Workload(utilization / idle, Log(random, 1, 1e5), models);
    }

    /// <summary>A stable point anywhere between no thinking and the edge of stability.</summary>
    internal static double[] Stable(Xoshiro256StarStar random, Workload workload)
    {
        double[] point =
        [
            .. workload.Tasks.Select(task => task.MaxBudgetTokens * Math.Pow(random.NextDouble(), 1 + (8 * random.NextDouble()))),
        ];
        Performance none = workload.At(new double[point.Length]), there = workload.At(point);
        double room = (1 - none.Utilization) / (there.Utilization - none.Utilization);
        double share = room < 1 ? room * (random.NextDouble() < 0.2 ? 1 - 1e-6 : random.NextDouble()) : 1;
        return double.IsFinite(share) ? [.. point.Select(budget => share * budget)] : point;
    }

    internal static double Log(Xoshiro256StarStar random, double low, double high) => low * Math.Pow(high / low, random.NextDouble());
}
