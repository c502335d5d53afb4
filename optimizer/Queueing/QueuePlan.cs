using System.Collections.Immutable;

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
    internal QueuePlan(Workload workload, ReadOnlySpan<double> budgets, QueueMeasurements? measurements, ServiceLaw law)
    {
        int n = workload.Tasks.Length;
        if (budgets.Length != n)
            throw new ArgumentException($"{budgets.Length} budgets were given for {n} tasks.", nameof(budgets));
        (Seconds, Right) = (new double[n], new uint[n]);
        (LogMean, LogDeviation, Measured) = (new double[n], new double[n], new double[n][]);
        var at = ImmutableArray.CreateBuilder<TaskModel>(n);
        for (int k = 0; k < n; k++)
        {
            TaskModel task = HeldAt(workload.Tasks[k], budgets[k], measurements, k, law);
            at.Add(task);
            Seconds[k] = task.Service.T0Seconds;
            Right[k] = AliasTable.ToBits(task.Accuracy.At(0));
            (LogMean[k], LogDeviation[k]) = Lognormal(Seconds[k], task.ServiceVariance);
            Measured[k] = measurements is null ? [] : [.. measurements.ServiceSecondsOf(k)];
        }

        Law = law;
        MeanGap = 1 / workload.ArrivalRatePerSecond;
        Types = new AliasTable([.. at.Select(task => task.Probability)]);
        Held = workload with { Tasks = at.MoveToImmutable() };
        Predicted = Held.At(new double[n]);
        IsConstant = law == ServiceLaw.Model && Held.Tasks.All(task => task.ServiceVariance == 0) && Measured.All(times => times.Length == 0);
    }

    internal Workload Held { get; }

    internal Performance Predicted { get; }

    internal ServiceLaw Law { get; }

    /// <summary>Whether every task's service time is one number.</summary>
    internal bool IsConstant { get; }

    internal double MeanGap { get; }

    internal AliasTable Types { get; }

    internal double[] Seconds { get; }

    /// <summary>Probability of a right answer, times 2³².</summary>
    internal uint[] Right { get; }

    internal double[] LogMean { get; }

    internal double[] LogDeviation { get; }

    internal double[][] Measured { get; }

    internal double Draw(int task, ref Xoshiro256 random)
    {
        if (Law == ServiceLaw.Exponential)
            return Seconds[task] * ExponentialDraw.Next(ref random);
        double[] measured = Measured[task];
        if (measured.Length > 0)
            return measured[random.Below(measured.Length)];
        return LogDeviation[task] > 0 ? Math.Exp(LogMean[task] + (LogDeviation[task] * random.Normal())) : Seconds[task];
    }

    /// <summary>
    /// Mean and deviation of ln S for a lognormal S: s² = ln(1 + σ²/m²), μ = ln m − s²/2. Where σ/m is large its square may overflow:
    /// ln(1 + r²) is then 2 ln r to double precision.
    /// </summary>
    private static (double LogMean, double LogDeviation) Lognormal(double mean, double variance)
    {
        if (variance <= 0)
            return (0, 0);
        double ratio = Math.Sqrt(variance) / mean;
        double square = ratio < 1e100 ? double.LogP1(ratio * ratio) : Math.Log(variance) - (2 * Math.Log(mean));
        return (Math.Log(mean) - (square / 2), Math.Sqrt(square));
    }

    /// <summary>The task as constants at its budget, with the mean and variance of what is drawn, so that P–K sees the same law.</summary>
    private static TaskModel HeldAt(TaskModel task, double budget, QueueMeasurements? measurements, int k, ServiceLaw law)
    {
        ImmutableArray<bool> outcomes = measurements?.OutcomesOf(k) ?? [];
        ImmutableArray<double> times = measurements?.ServiceSecondsOf(k) ?? [];
        double accuracy = outcomes.IsEmpty ? task.Accuracy.At(budget) : outcomes.Count(right => right) / (double)outcomes.Length;
        double mean = times.IsEmpty ? task.Service.At(budget) : times.Average();
        double variance = times.IsEmpty ? task.ServiceVariance : times.Average(time => (time - mean) * (time - mean));
        if (law == ServiceLaw.Exponential)
            variance = mean * mean;

        // A time that is never below 0 and is 0 in the mean is always 0: a fitted t0 at its bound 0, without thinking.
        if (mean <= 0)
            variance = 0;
        return TaskModel.Held(task.Task, task.Probability, accuracy, mean) with { ServiceVariance = variance };
    }
}
