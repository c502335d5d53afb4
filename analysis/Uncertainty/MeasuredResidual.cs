using Calibration.Analysis.Policies;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>
/// How far a task's measured accuracies are from its shape: at the measured budgets their difference, between them on a line in
/// log(1 + ℓ), beyond them as at the nearest. Added to the shape it gives an accuracy that no wrong shape can bias by more than what the
/// line leaves between two budgets.
/// </summary>
internal sealed class MeasuredResidual
{
    private readonly double[] _position;
    private readonly double[] _difference;
    private readonly double _low;
    private readonly double _high;

    /// <param name="task">The task with its shape.</param>
    /// <param name="budgets">Measured budgets in ascending order.</param>
    /// <param name="answers">Answers at each; 0 where there are none.</param>
    /// <param name="correct">How many of them are right.</param>
    internal MeasuredResidual(TaskModel task, IReadOnlyList<int> budgets, ReadOnlySpan<double> answers, ReadOnlySpan<double> correct)
    {
        (_high, _low) = (task.LargestKnownTokens, Math.Min(task.MinBudgetTokens, task.LargestBudgetTokens));
        var position = new List<double>(budgets.Count);
        var difference = new List<double>(budgets.Count);
        for (int j = 0; j < budgets.Count; j++)
        {
            if (answers[j] == 0 || budgets[j] < _low || budgets[j] > _high)
                continue;
            position.Add(double.LogP1(budgets[j]));
            difference.Add((correct[j] / answers[j]) - AnyBudget.At(task, budgets[j]).Accuracy);
        }

        (_position, _difference) = ([.. position], [.. difference]);
    }

    /// <summary>Measured accuracy less the shape's at a budget, cut as a policy cuts it; 0 where nothing was measured.</summary>
    internal double At(double budget)
    {
        if (_position.Length == 0)
            return 0;
        double x = double.LogP1(Math.Clamp(budget, _low, _high));
        int above = Array.FindIndex(_position, position => position >= x);
        if (above < 0)
            return _difference[^1];
        if (above == 0)
            return _difference[0];
        double share = (x - _position[above - 1]) / (_position[above] - _position[above - 1]);
        return _difference[above - 1] + (share * (_difference[above] - _difference[above - 1]));
    }
}
