using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>J against its own definition: derivatives by finite differences, strict concavity along segments.</summary>
public sealed class ObjectiveTests
{
    [Fact]
    public void Gradient_RandomStablePoints_IsTheDifferenceQuotient()
    {
        var random = new Xoshiro256StarStar(11, threadSafe: false);
        for (int instance = 0; instance < 200; instance++)
        {
            Workload workload = RandomWorkload.Draw(random, tasks: 1 + random.Next(8));
            double[] point = Point(random, workload);
            double[] gradient = GradientAt(workload, point);
            for (int k = 0; k < point.Length; k++)
            {
                if (workload.Tasks[k].MaxBudgetTokens <= 0)
                    continue;
                double step = StepFor(workload, k, point);
                double quotient = (Shifted(workload, point, k, step) - Shifted(workload, point, k, -step)) / (2 * step);
                double scale = GainAt(workload, point, k) + Math.Abs(gradient[k]) + (1e-11 * Math.Abs(workload.At(point).Objective) / step);
                Assert.True(
                    Math.Abs(quotient - gradient[k]) <= 1e-5 * scale, $"instance {instance}, task {k}: {quotient} and {gradient[k]}");
            }
        }
    }

    [Fact]
    public void Hessian_RandomStablePoints_SolvesForTheGradientsDifference()
    {
        var random = new Xoshiro256StarStar(12, threadSafe: false);
        for (int instance = 0; instance < 200; instance++)
        {
            Workload workload = RandomWorkload.Draw(random, tasks: 2 + random.Next(6));
            double[] point = Point(random, workload);
            bool[] free = [.. workload.Tasks.Select(task => task.MaxBudgetTokens > 0)];
            double[] direction =
            [
                .. workload.Tasks.Select((task, k) => free[k] ? (random.NextDouble() - 0.5) * StepFor(workload, k, point) : 0),
            ];

            // H of −J times the direction, from two gradients; solving H x = that must give the direction back.
            double[] ahead = GradientAt(workload, [.. point.Zip(direction, (at, by) => at + by)]);
            double[] behind = GradientAt(workload, [.. point.Zip(direction, (at, by) => at - by)]);
            double[] product = [.. ahead.Zip(behind, (after, before) => (before - after) / 2)];
            var model = new ObjectiveModel(workload);
            var gains = new double[point.Length];
            Moments moments = model.MomentsAt(point, gains);
            var hessian = new ReducedHessian(model);
            hessian.Load(point, gains, free, moments);
            var solved = new double[point.Length];
            hessian.Solve(product, solved);

            // Judged in the diagonal's norm: a task of no curvature to speak of may move freely.
            double error = 0, size = 0;
            for (int k = 0; k < point.Length; k++)
            {
                if (!free[k])
                    continue;
                double weight = 1 / hessian.InverseDiagonal[k];
                error += weight * (solved[k] - direction[k]) * (solved[k] - direction[k]);
                size += weight * direction[k] * direction[k];
            }

            Assert.True(error <= 1e-6 * size, $"instance {instance}: relative error {Math.Sqrt(error / size)}");
        }
    }

    [Fact]
    public void Objective_RandomSegments_IsStrictlyConcave()
    {
        var random = new Xoshiro256StarStar(13, threadSafe: false);
        for (int instance = 0; instance < 2_000; instance++)
        {
            Workload workload = RandomWorkload.Draw(random, tasks: 1 + random.Next(10));
            double[] one = Point(random, workload), other = Point(random, workload);
            if (workload.Tasks.All(task => task.MaxBudgetTokens <= 0))
                continue;
            double share = 0.1 + (0.8 * random.NextDouble());
            double[] between = [.. one.Zip(other, (a, b) => (share * a) + ((1 - share) * b))];
            double middle = workload.At(between).Objective, chord = (share * workload.At(one).Objective)
                + ((1 - share) * workload.At(other).Objective);
            double rounding = 1e-12 * (Math.Abs(middle) + Math.Abs(workload.At(one).Objective) + Math.Abs(workload.At(other).Objective)
                + workload.AccuracyWeightSeconds);
            Assert.True(middle > chord - rounding, $"instance {instance}: {middle} is not above {chord}");
        }
    }

    /// <summary>A stable point away from the edge, where differences would be rounding.</summary>
    private static double[] Point(Xoshiro256StarStar random, Workload workload)
    {
        double[] point = RandomWorkload.Stable(random, workload);
        double idle = 1 - workload.At(new double[point.Length]).Utilization;
        while (1 - workload.At(point).Utilization < 0.2 * idle)
            point = [.. point.Select(budget => budget / 2)];
        return point;
    }

    private static double[] GradientAt(Workload workload, double[] point)
    {
        var model = new ObjectiveModel(workload);
        var gains = new double[point.Length];
        Moments moments = model.MomentsAt(point, gains);
        return [.. point.Select((budget, k) => gains[k] - model.PriceAt(k, budget, moments))];
    }

    private static double GainAt(Workload workload, double[] point, int k) =>
        workload.AccuracyWeightSeconds * workload.Tasks[k].Probability * workload.Tasks[k].Accuracy.SlopeAt(point[k]);

    /// <summary>Small against 1/b, and against what is left of the slack.</summary>
    private static double StepFor(Workload workload, int k, double[] point)
    {
        TaskModel task = workload.Tasks[k];
        double room =
            (1 - workload.At(point).Utilization) / (workload.ArrivalRatePerSecond * task.Probability * task.Service.SecondsPerToken);
        return 1e-4 * Math.Min(1 / ((ExponentialAccuracy)task.Accuracy).B, Math.Min(room, 1 + point[k]));
    }

    private static double Shifted(Workload workload, double[] point, int k, double by)
    {
        double[] shifted = [.. point];
        shifted[k] += by;
        return workload.At(shifted).Objective;
    }
}
