using Calibration.Fitting;

namespace Calibration.Optimizer.Solving;

/// <summary>A workload as arrays, with −J, its gradient and the pieces of its Hessian in O(N).</summary>
internal sealed class ObjectiveModel
{
    internal ObjectiveModel(Workload workload)
        : this(workload.ArrivalRatePerSecond, workload.AccuracyWeightSeconds, workload.Tasks.AsSpan())
    {
    }

    internal ObjectiveModel(double lambda, double alpha, ReadOnlySpan<TaskModel> tasks)
    {
        int n = tasks.Length;
        (Pi, A, B, D) = (new double[n], new double[n], new double[n], new double[n]);
        (T0, C, Variance, MaxBudget) = (new double[n], new double[n], new double[n], new double[n]);
        Spread = new double[n];
        (Lambda, Alpha) = (lambda, alpha);
        for (int k = 0; k < n; k++)
            Set(k, tasks[k]);
    }

    internal double Lambda { get; }

    internal double Alpha { get; }

    internal double[] Pi { get; }

    internal double[] A { get; }

    internal double[] B { get; }

    internal double[] D { get; }

    internal double[] T0 { get; }

    internal double[] C { get; }

    internal double[] Variance { get; }

    /// <summary>1 + r², by which a task's t² enters E[S²].</summary>
    internal double[] Spread { get; }

    internal double[] MaxBudget { get; }

    internal int Count => Pi.Length;

    internal void Set(int k, TaskModel task)
    {
        ExponentialAccuracy curve = task.Exponential;
        (Pi[k], A[k], B[k], D[k]) = (task.Probability, curve.A, curve.B, curve.D);
        Spread[k] = 1 + (task.RelativeSigma * task.RelativeSigma);
        (T0[k], C[k], Variance[k], MaxBudget[k]) =
            (task.Service.T0Seconds, task.Service.SecondsPerToken, task.ServiceVariance, task.MaxBudgetTokens);
    }

    /// <summary>
    /// E[S] and E[S²], equation (3) with within-task variances, and −J, infinite where the queue is not stable. Writes the
    /// gains α π A b e^(−bℓ) of accuracy a token, the first part of ∂J/∂ℓ_k.
    /// </summary>
    internal Moments MomentsAt(ReadOnlySpan<double> budgets, Span<double> gains)
    {
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double seconds = T0[k] + (C[k] * budgets[k]);
            double left = Pi[k] * A[k] * Math.Exp(-B[k] * budgets[k]);
            first += Pi[k] * seconds;
            second += Pi[k] * ((Spread[k] * (seconds * seconds)) + Variance[k]);
            accuracy += (Pi[k] * (D[k] + A[k])) - left;
            gains[k] = Alpha * B[k] * left;
        }

        double slack = 1 - (Lambda * first);
        double time = slack > 0 ? (Lambda * second / (2 * slack)) + first : double.PositiveInfinity;
        return new Moments(first, second, slack, time - (Alpha * accuracy), time + (Alpha * accuracy));
    }

    /// <summary>Price π c (1 + λt/δ + λ²E[S²]/(2δ²)) of a token in everybody's system time, the second part, equation (10).</summary>
    internal double PriceAt(int k, double budget, in Moments moments)
    {
        double seconds = Spread[k] * (T0[k] + (C[k] * budget));
        return Pi[k] * C[k] * (1 + (Lambda * seconds / moments.Slack) + moments.Congestion(Lambda));
    }

    /// <summary>The largest of the three terms of the price.</summary>
    internal double LargestPriceTerm(int k, double budget, in Moments moments)
    {
        double own = Lambda * Spread[k] * (T0[k] + (C[k] * budget)) / moments.Slack;
        return Pi[k] * C[k] * Math.Max(1, Math.Max(own, moments.Congestion(Lambda)));
    }
}

/// <summary>E[S], E[S²], the slack δ = 1 − λE[S], −J, and the size of J's terms, of one allocation.</summary>
internal readonly record struct Moments(double First, double Second, double Slack, double Loss, double Size)
{
    /// <summary>λ²E[S²]/(2δ²): what one more second of service costs those who wait behind it.</summary>
    internal double Congestion(double lambda) => lambda * lambda * Second / (2 * Slack * Slack);
}
