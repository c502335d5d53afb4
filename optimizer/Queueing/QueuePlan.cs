using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Calibration.Optimizer.Queueing;

/// <summary>How service times spread around the line where nothing was measured.</summary>
internal enum ServiceLaw
{
    /// <summary>The line, or around it a lognormal law with the task's variance.</summary>
    Model,

    /// <summary>Exponential with the line's mean: M/M/1, for the closed forms.</summary>
    Exponential,
}

/// <summary>A workload at one allocation, as the simulation's inner loop wants it.</summary>
internal sealed class QueuePlan
{
    /// <summary>
    /// The draws' tables are made before the inner loops are compiled: the compiler then takes them as constants instead of asking at
    /// every draw whether they exist.
    /// </summary>
    static QueuePlan()
    {
        foreach (Type tables in (Type[])[typeof(ExponentialDraw), typeof(NormalDraw), typeof(TableExponential)])
            RuntimeHelpers.RunClassConstructor(tables.TypeHandle);
    }

    internal QueuePlan(Workload workload, ReadOnlySpan<double> budgets, QueueMeasurements? measurements, ServiceLaw law)
    {
        int n = workload.Tasks.Length;
        if (budgets.Length != n)
            throw new ArgumentException($"{budgets.Length} budgets were given for {n} tasks.", nameof(budgets));
        (Seconds, Right, Draws) = (new double[n], new uint[n], new ServiceDraw[n]);
        var at = ImmutableArray.CreateBuilder<TaskModel>(n);
        for (int k = 0; k < n; k++)
        {
            (TaskModel held, Draws[k]) = FixedAt(workload.Tasks[k], budgets[k], measurements?.At(k) ?? default, law);
            at.Add(held);
            Seconds[k] = held.Service.T0Seconds;
            Right[k] = AliasTable.ToBits(held.Accuracy.At(0));
        }

        MeanGap = 1 / workload.ArrivalRatePerSecond;
        Types = new AliasTable([.. at.Select(task => task.Probability)]);
        Held = workload with { Tasks = at.MoveToImmutable() };
        Predicted = Held.At(new double[n]);
        Law = law == ServiceLaw.Exponential ? DrawnLaw.Exponential
            : Draws.All(draw => draw.IsConstant) ? DrawnLaw.Constant
            : Draws.All(draw => draw.IsSingle) ? DrawnLaw.Lognormal
            : DrawnLaw.Any;
        (LogMean, LogDeviation) = ([.. Draws.Select(draw => draw.LogMean[0])], [.. Draws.Select(draw => draw.LogDeviation[0])]);
    }

    /// <summary>The tasks as constants, with mean and variance of what is drawn.</summary>
    internal Workload Held { get; }

    internal Performance Predicted { get; }

    internal Server Server => Held.Server;

    /// <summary>How service times are drawn, for all tasks alike where that is quicker.</summary>
    internal DrawnLaw Law { get; }

    internal double MeanGap { get; }

    internal AliasTable Types { get; }

    /// <summary>Mean service times.</summary>
    internal double[] Seconds { get; }

    /// <summary>Probability of a right answer, times 2³².</summary>
    internal uint[] Right { get; }

    internal ServiceDraw[] Draws { get; }

    /// <summary>Mean of ln S of each task's first value.</summary>
    internal double[] LogMean { get; }

    /// <summary>Deviation of ln S of each task's first value.</summary>
    internal double[] LogDeviation { get; }

    /// <summary>Queries after which less than 1 % of the empty start's bias is left.</summary>
    internal int WarmUp => WarmUpFor(Predicted);

    internal static int WarmUpFor(Performance performance)
    {
        double perSpeed = performance.ArrivalRatePerSecond / performance.Server.FullSpeed, slack = 1 - performance.Utilization;
        double relaxed = 10 * perSpeed * perSpeed * performance.MeanSquareServiceSeconds2 / (slack * slack);
        return (int)Math.Clamp(relaxed + (10 * (performance.Server.Slots - 1)), 100, 100_000_000);
    }

    /// <summary>A service time by whatever law.</summary>
    internal double Draw(int task, ref Xoshiro256 random) =>
        Law == DrawnLaw.Exponential ? Seconds[task] * ExponentialDraw.Next(ref random) : Draws[task].Next(ref random);

    /// <summary>
    /// The task as constants at its budget, with the mean and variance of what is drawn, so that the formulas see the same law.
    /// </summary>
    private static (TaskModel Held, ServiceDraw Draw) FixedAt(
        TaskModel task, double budget, TaskMeasurements measured, ServiceLaw law)
    {
        (ImmutableArray<bool> outcomes, ImmutableArray<double> times) = measured;
        double accuracy = outcomes.IsDefaultOrEmpty ? task.AccuracyAt(budget) : outcomes.Count(right => right) / (double)outcomes.Length;
        ServiceDraw draw = times.IsDefaultOrEmpty ? ServiceDraw.Of(task, budget) : ServiceDraw.Measured(times);
        double mean, variance;
        if (times.IsDefaultOrEmpty)
        {
            (mean, double square) = task.ServiceAt(budget);
            variance = draw.IsConstant ? 0 : draw.IsSingle ? draw.Variance : Math.Max(0, square - (mean * mean));
        }
        else
        {
            mean = times.Average();
            variance = times.Average(time => (time - mean) * (time - mean));
        }

        if (law == ServiceLaw.Exponential)
            variance = mean * mean;

        // A time that is never below 0 and is 0 in the mean is always 0: a fitted t0 at its bound 0, without thinking.
        if (mean <= 0)
            variance = 0;
        return (TaskModel.Held(task.Task, task.Probability, accuracy, mean) with { ServiceVariance = variance }, draw);
    }
}
