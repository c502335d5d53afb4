using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Optimizer;

/// <summary>Random small workloads of every shape, cap and server, and their best budgets by trying all.</summary>
internal static class AnyWorkload
{
    internal static Workload Draw(Xoshiro256StarStar random, bool integer)
    {
        int n = 1 + random.Next(3), largest = integer ? n switch { 1 => 2_000, 2 => 150, _ => 24 } : 12;
        double[] shares = [.. Enumerable.Range(0, n).Select(_ => 0.1 + random.NextDouble())];
        ImmutableArray<TaskModel> tasks = [.. shares.Select((share, k) => Task(random, "t" + k, share / shares.Sum(), largest))];
        Server server = random.Next(3) switch
        {
            0 => Server.OneAtATime,
            1 => Server.Shared(Speed(random, 2 + random.Next(15))),
            _ => Server.Replicas(2 + random.Next(4)),
        };
        double idle = tasks.Sum(task => task.Probability * task.ServiceAt(task.MinBudgetTokens).Mean);
        double load = random.NextDouble() < 0.05 ? 1.1 : RandomWorkload.Log(random, 0.02, 0.95);
        return new Workload(load * server.FullSpeed / idle, RandomWorkload.Log(random, 1, 100), tasks) { Server = server };
    }

    /// <summary>A saturating speed n·r/(r − 1 + n), the law of an iteration time a + b·n.</summary>
    internal static ImmutableArray<double> Speed(Xoshiro256StarStar random, int slots)
    {
        double r = RandomWorkload.Log(random, 1.5, 50);
        return [.. Enumerable.Range(1, slots).Select(n => n * r / (r - 1 + n))];
    }

    /// <summary>The best allocation on a grid of real or integer budgets; points take their own.</summary>
    internal static (double[] Budgets, double Objective) TryAll(Workload workload, double step)
    {
        double[][] choices = [.. workload.Tasks.Select(task => Choices(task, step))];
        (double A, double S, double Q)[][] terms =
            [.. choices.Select((budgets, k) =>
                budgets.Select(budget =>
                    workload.Tasks[k].ServiceAt(budget) is var (mean, square)
                        ? (workload.Tasks[k].Probability * workload.Tasks[k].Accuracy.At(budget), workload.Tasks[k].Probability * mean,
                            workload.Tasks[k].Probability * square)
                        : default).ToArray())];
        int[] at = new int[choices.Length], best = new int[choices.Length];
        double value = double.NegativeInfinity;
        while (true)
        {
            (double accuracy, double first, double second) = (0, 0, 0);
            for (int k = 0; k < at.Length; k++)
                (accuracy, first, second) = (accuracy + terms[k][at[k]].A, first + terms[k][at[k]].S, second + terms[k][at[k]].Q);
            double there = new Performance(workload.ArrivalRatePerSecond, workload.AccuracyWeightSeconds, first, second, accuracy)
            {
                Server = workload.Server,
            }.Objective;
            if (there > value)
                (value, best) = (there, [.. at]);
            int digit = 0;
            while (digit < at.Length && ++at[digit] == choices[digit].Length)
                at[digit++] = 0;
            if (digit == at.Length)
                return ([.. best.Select((i, k) => choices[k][i])], value);
        }
    }

    private static double[] Choices(TaskModel task, double step)
    {
        if (task.Accuracy is PointAccuracy points)
            return [.. points.Points.Select(point => point.BudgetTokens).Where(budget => budget <= task.MaxBudgetTokens)];
        int low = (int)Math.Ceiling(task.MinBudgetTokens / step), high = (int)Math.Floor(task.LargestBudgetTokens / step);
        return [.. Enumerable.Range(low, high - low + 1).Select(i => i * step)];
    }

    internal static TaskModel Task(Xoshiro256StarStar random, string name, double share, int largest)
    {
        double t0 = RandomWorkload.Log(random, 0.02, 1), c = RandomWorkload.Log(random, 0.1, 5) / largest;
        double sigma = random.NextDouble() < 0.4 ? random.NextDouble() : 0, relative = random.NextDouble() < 0.3 ? random.NextDouble() : 0;
        AccuracyShape shape = Shape(random, largest);
        bool isMeasured = shape is PointAccuracy && random.NextDouble() < 0.5;
        return new TaskModel(name, share, shape, new ServiceTimeLine(t0, c), random.NextDouble() < 0.8 ? largest : 1 + random.Next(largest))
        {
            ServiceVariance = sigma * sigma,
            RelativeSigma = relative,
            Natural = random.NextDouble() < 0.4
                ? new NaturalLengths(
                [
                    .. Enumerable.Range(0, 1 + random.Next(40)).Select(_ => (double)(1 + random.Next(largest + (largest / 3)))),
                ])
                : null,
            MeasuredServices = isMeasured
                ?
                [
                    .. ((PointAccuracy)shape).Points.Select(point =>
                        new MeasuredService(
                            point.BudgetTokens, t0 + (c * point.BudgetTokens * (0.5 + random.NextDouble())), random.NextDouble())),
                ]
                : [],
        };
    }

    private static AccuracyShape Shape(Xoshiro256StarStar random, int largest)
    {
        double gain = 0.05 + (0.9 * random.NextDouble()), floor = (1 - gain) * random.NextDouble();
        switch (random.Next(4))
        {
            case 0:
                return new ExponentialAccuracy(gain, RandomWorkload.Log(random, 0.3, 30) / largest, floor);
            case 1:
                return new HillAccuracy(gain, largest * RandomWorkload.Log(random, 0.05, 1.5), RandomWorkload.Log(random, 0.5, 10), floor);
            case 2:
                return new InterpolatedAccuracy(Points(random, largest));
            default:
                return new PointAccuracy(Points(random, largest));
        }
    }

    private static ImmutableArray<BudgetAccuracy> Points(Xoshiro256StarStar random, int largest)
    {
        double[] budgets =
        [
            .. Enumerable.Range(0, 2 + random.Next(7)).Select(_ => (double)random.Next(largest + 1)).Append(0).Append(largest).Distinct()
            .Order(),
        ];
        double[] accuracy = [.. budgets.Select(_ => random.NextDouble())];
        if (random.NextDouble() < 0.5)
            Array.Sort(accuracy);
        return [.. budgets.Select((budget, i) => new BudgetAccuracy(budget, accuracy[i]))];
    }
}
