using System.Collections.Immutable;

namespace Calibration.Harness;

/// <summary>The budgets at which accuracy is measured.</summary>
public static class BudgetGrid
{
    /// <summary>
    /// Largest budget a task: six tasks of 250 problems and three runs are then 29 million thinking tokens, about six
    /// hours of one A100.
    /// </summary>
    private static readonly ImmutableSortedDictionary<string, int> Largest = ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal,
        [
            KeyValuePair.Create("aime", 16_384), KeyValuePair.Create("gpqa", 8_192), KeyValuePair.Create("cruxeval", 8_192),
            KeyValuePair.Create("bbh", 4_096), KeyValuePair.Create("gsm8k", 2_048), KeyValuePair.Create("arc", 256),
        ]);

    /// <summary>The default grid: 0, and L/256, L/128 … L/2, L for the task's largest budget L (4,096 for one's own tasks).</summary>
    public static ImmutableArray<int> DefaultFor(string task)
    {
        int largest = Largest.GetValueOrDefault(task, 4_096);
        return [0, .. Enumerable.Range(0, 9).Select(halving => largest >> (8 - halving))];
    }
}
