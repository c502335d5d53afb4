using System.Collections.Immutable;

namespace Calibration.Optimizer.Queueing;

/// <summary>Which law the inner loop draws service times by.</summary>
internal enum DrawnLaw
{
    /// <summary>One number per task.</summary>
    Constant,

    /// <summary>Lognormal around one number per task.</summary>
    Lognormal,

    /// <summary>Exponential.</summary>
    Exponential,

    /// <summary>Drawn from values, each with or without a lognormal spread.</summary>
    Any,
}

/// <summary>
/// How one task's service times are drawn: a value with equal probabilities, which is the time itself or the mean of a lognormal law.
/// </summary>
internal sealed class ServiceDraw
{
    private ServiceDraw(double[] seconds, double[] variance)
    {
        Seconds = seconds;
        (LogMean, LogDeviation) = (new double[seconds.Length], new double[seconds.Length]);
        for (int i = 0; i < seconds.Length; i++)
            (LogMean[i], LogDeviation[i]) = Lognormal(seconds[i], variance[i]);
        (Variance, HasSpread) = (variance[0], variance.Any(value => value > 0));
    }

    internal double[] Seconds { get; }

    internal double[] LogMean { get; }

    /// <summary>0 where a value is the time itself.</summary>
    internal double[] LogDeviation { get; }

    /// <summary>Variance around the first value.</summary>
    internal double Variance { get; }

    internal bool IsSingle => Seconds.Length == 1;

    internal bool IsConstant => IsSingle && !HasSpread;

    private bool HasSpread { get; }

    /// <summary>
    /// The task's model at a budget: t0 + cℓ, or t0 + c·min(X, ℓ) with X drawn from the natural lengths; around it a variance r²t² + σ².
    /// </summary>
    internal static ServiceDraw Of(TaskModel task, double budget)
    {
        if (!task.MeasuredServices.IsEmpty)
        {
            (double mean, double square) = task.ServiceAt(budget);
            return new ServiceDraw([mean], [task.MeasuredServices.First(at => at.BudgetTokens == budget).VarianceSeconds2]);
        }

        double[] seconds = task.Natural is { } natural && natural.Tokens[0] < budget
            ? [.. natural.Tokens.Select(length => task.Service.At(Math.Min(length, budget)))]
            : [task.Service.At(budget)];
        double relative = task.RelativeSigma * task.RelativeSigma;
        return new ServiceDraw(seconds, [.. seconds.Select(time => time > 0 ? (relative * time * time) + task.ServiceVariance : 0)]);
    }

    /// <summary>Measured times, drawn with replacement.</summary>
    internal static ServiceDraw Measured(ImmutableArray<double> seconds) => new([.. seconds], new double[seconds.Length]);

    internal double Next(ref Xoshiro256 random)
    {
        int i = Seconds.Length == 1 ? 0 : random.Below(Seconds.Length);
        return LogDeviation[i] > 0 ? TableExponential.Of(LogMean[i] + (LogDeviation[i] * NormalDraw.Next(ref random))) : Seconds[i];
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
}
