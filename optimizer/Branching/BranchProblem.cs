namespace Calibration.Optimizer.Branching;

/// <summary>A workload as the branch and bound sees it.</summary>
internal sealed class BranchProblem
{
    internal BranchProblem(Workload workload, bool integer)
    {
        (Workload, Integer) = (workload, integer);
        Tasks = [.. workload.Tasks.Select(task => TaskTerms.Of(task, integer))];
        Time = new SystemTime(workload.Server, workload.ArrivalRatePerSecond);
        HasReal = Tasks.Any(task => task.IsReal);
    }

    internal Workload Workload { get; }

    /// <summary>Whether curves take integer budgets only.</summary>
    internal bool Integer { get; }

    /// <summary>Whether any task takes real budgets.</summary>
    internal bool HasReal { get; }

    internal TaskTerms[] Tasks { get; }

    internal SystemTime Time { get; }

    internal double Alpha => Workload.AccuracyWeightSeconds;

    internal int Count => Tasks.Length;

    internal (double First, double Second, double Accuracy) MomentsAt(ReadOnlySpan<double> budgets)
    {
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            Terms at = Tasks[k].At(budgets[k]);
            first += Tasks[k].Share * at.First;
            second += Tasks[k].Share * at.Second;
            accuracy += Tasks[k].Share * at.Accuracy;
        }

        return (first, second, accuracy);
    }

    /// <summary>J; −∞ where the queue is not stable.</summary>
    internal double ValueAt(ReadOnlySpan<double> budgets)
    {
        (double first, double second, double accuracy) = MomentsAt(budgets);
        return (Alpha * accuracy) - Time.Of(first, second);
    }
}
