using System.Collections.Immutable;

namespace Calibration.Harness;

/// <summary>The budgets at which accuracy is measured.</summary>
public static class BudgetGrid
{
    /// <summary>Largest budget of a task of the user's own, in thinking tokens.</summary>
    public const int OwnTaskLargest = 4_096;

    /// <summary>The default grid of a task with the largest budget L: 0, L/256, L/128, …, L/2, L.</summary>
    /// <param name="largest">L in thinking tokens, at least 256.</param>
    public static ImmutableArray<int> To(int largest) => [0, .. Enumerable.Range(0, 9).Select(halving => largest >> (8 - halving))];
}
