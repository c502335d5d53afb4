namespace Calibration.Optimizer;

/// <summary>A workload as arrays, with −J, its gradient and the pieces of its Hessian in O(N).</summary>
internal sealed class ObjectiveModel
{
    internal ObjectiveModel(Workload workload)
    {
        int n = workload.Tasks.Length;
        (Pi, A, B, D) = (new double[n], new double[n], new double[n], new double[n]);
        (T0, C, Variance, MaxBudget) = (new double[n], new double[n], new double[n], new double[n]);
        for (int k = 0; k < n; k++)
        {
            TaskModel task = workload.Tasks[k];
            (Pi[k], A[k], B[k], D[k]) = (task.Probability, task.Accuracy.A, task.Accuracy.B, task.Accuracy.D);
            (T0[k], C[k], Variance[k], MaxBudget[k]) = (task.Service.T0Seconds, task.Service.SecondsPerToken, task.ServiceVariance, task.MaxBudgetTokens);
        }

        (Lambda, Alpha) = (workload.ArrivalRatePerSecond, workload.AccuracyWeightSeconds);
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

    internal double[] MaxBudget { get; }

    internal int Count => Pi.Length;

    /// <summary>E[S] and E[S²], equation (3) with within-task variances, and −J; infinite where the queue is not stable.</summary>
    internal Moments MomentsAt(ReadOnlySpan<double> budgets)
    {
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double seconds = T0[k] + (C[k] * budgets[k]);
            first += Pi[k] * seconds;
            second += Pi[k] * ((seconds * seconds) + Variance[k]);
            accuracy += Pi[k] * (D[k] - (A[k] * double.ExpM1(-B[k] * budgets[k])));
        }

        double slack = 1 - (Lambda * first);
        double loss = slack > 0 ? (Lambda * second / (2 * slack)) + first - (Alpha * accuracy) : double.PositiveInfinity;
        return new Moments(first, second, slack, loss);
    }

    /// <summary>Gain α π A b e^(−bℓ) of accuracy a token, the first part of ∂J/∂ℓ_k.</summary>
    internal double GainAt(int k, double budget) => Alpha * Pi[k] * A[k] * B[k] * Math.Exp(-B[k] * budget);

    /// <summary>Price π c (1 + λt/δ + λ²E[S²]/(2δ²)) of a token in everybody's system time, the second part, equation (10).</summary>
    internal double PriceAt(int k, double budget, in Moments moments)
    {
        double seconds = T0[k] + (C[k] * budget);
        return Pi[k] * C[k] * (1 + (Lambda * seconds / moments.Slack) + (Lambda * Lambda * moments.Second / (2 * moments.Slack * moments.Slack)));
    }
}

/// <summary>E[S], E[S²], the slack δ = 1 − λE[S] and −J of one allocation.</summary>
internal readonly record struct Moments(double First, double Second, double Slack, double Loss);
