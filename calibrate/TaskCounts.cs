using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Report;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>What the mathematics need of a task's trials: counts, which do not grow with the number of runs.</summary>
internal sealed class TaskCounts
{
    private readonly Dictionary<(string Problem, int BudgetTokens), (int Answers, int Correct)> cells = [];
    private readonly SortedDictionary<int, (long Answers, long ThinkingTokens)> use = [];
    private readonly Dictionary<TrialStatus, int> statuses = [];

    /// <summary>Usable answers by problem and budget.</summary>
    internal IEnumerable<AccuracyCell> Cells => cells.Select(cell => new AccuracyCell(cell.Key.Problem, cell.Key.BudgetTokens, cell.Value.Answers, cell.Value.Correct));

    /// <summary>Mean thinking tokens of the usable answers at each budget.</summary>
    internal ImmutableArray<BudgetUse> Use => [.. use.Select(budget => new BudgetUse(budget.Key, (double)budget.Value.ThinkingTokens / budget.Value.Answers))];

    /// <summary>Trials of every status.</summary>
    internal ImmutableSortedDictionary<string, int> Statuses => statuses.ToImmutableSortedDictionary(status => status.Key.ToString(), status => status.Value, StringComparer.Ordinal);

    /// <summary>Reads a run's trials, one at a time, into the counts of its tasks.</summary>
    internal static async Task<(ImmutableDictionary<string, TaskCounts> Tasks, Trial? First)> ReadAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        var tasks = new Dictionary<string, TaskCounts>(StringComparer.Ordinal);
        Trial? first = null;
        await foreach (Trial trial in folder.ReadTrialsAsync().WithCancellation(cancellationToken))
        {
            first ??= trial;
            if (!tasks.TryGetValue(trial.Task, out TaskCounts? counts))
                tasks.Add(trial.Task, counts = new TaskCounts());
            counts.Add(trial);
        }

        return (tasks.ToImmutableDictionary(StringComparer.Ordinal), first);
    }

    private void Add(Trial trial)
    {
        statuses[trial.Status] = statuses.GetValueOrDefault(trial.Status) + 1;
        if (!trial.IsUsable)
            return;
        (int answers, int correct) = cells.GetValueOrDefault((trial.ProblemId, trial.BudgetTokens));
        cells[(trial.ProblemId, trial.BudgetTokens)] = (answers + 1, correct + (trial.Correct ? 1 : 0));
        (long used, long tokens) = use.GetValueOrDefault(trial.BudgetTokens);
        use[trial.BudgetTokens] = (used + 1, tokens + trial.ThinkingTokens);
    }
}
