using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>What the mathematics need of a task's trials: counts, which do not grow with the number of runs.</summary>
internal sealed class TaskCounts
{
    private readonly Dictionary<(string Problem, int BudgetTokens), (int Answers, int Correct)> _cells = [];
    private readonly SortedDictionary<int, (long Answers, long ThinkingTokens)> _use = [];
    private readonly Dictionary<TrialStatus, int> _statuses = [];
    private readonly SortedDictionary<int, (int Tried, int Excluded, int Correct)> _tried = [];
    private readonly SortedDictionary<int, BudgetAnswers> _answers = [];
    private readonly Dictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<int, SortedDictionary<string, List<int>>> _lengths = [];
    private readonly Dictionary<int, int> _lengthened = [];

    /// <summary>Trials that were tried, whatever came of them.</summary>
    internal long Tried => _statuses.Values.Sum(count => (long)count);

    /// <summary>What was excluded at each budget, and what the accuracy can be at most and at least.</summary>
    internal ImmutableArray<BudgetExclusion> Exclusions =>
        [.. _tried.Select(budget => BudgetExclusion.Of(budget.Key, budget.Value.Tried, budget.Value.Excluded, budget.Value.Correct))];

    /// <summary>The most frequent reason why a trial is excluded; empty where none is.</summary>
    internal string ExclusionReason => MostFrequent(_reasons);

    /// <summary>The most frequent of some texts, the first in order of several.</summary>
    internal static string MostFrequent(IReadOnlyDictionary<string, int> counts) =>
        counts.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal)
            .Select(reason => reason.Key).FirstOrDefault("");

    /// <summary>Usable answers by problem and budget.</summary>
    internal IEnumerable<AccuracyCell> Cells => _cells.Select(cell =>
        new AccuracyCell(cell.Key.Problem, cell.Key.BudgetTokens, cell.Value.Answers, cell.Value.Correct));

    /// <summary>Mean thinking tokens of the usable answers at each budget.</summary>
    internal ImmutableArray<BudgetUse> Use =>
        [.. _use.Select(budget => new BudgetUse(budget.Key, (double)budget.Value.ThinkingTokens / budget.Value.Answers))];

    /// <summary>The usable answers at each budget that could not be read, or whose thinking the budget ended.</summary>
    internal ImmutableArray<BudgetAnswers> Answers => [.. _answers.Values];

    /// <summary>
    /// Thinking tokens of the usable answers at the largest budget, by problem in the ordinal order of their names: under a cap the natural
    /// lengths, cut at that budget. Empty under exact semantics.
    /// </summary>
    internal ImmutableArray<ImmutableArray<int>> Lengths => _lengths.Count == 0
        ? []
        : [.. _lengths[_lengths.Keys.Max()].Values.Select(problem => problem.ToImmutableArray())];

    /// <summary>Share of the usable answers at a budget whose thinking was lengthened by continuation cues.</summary>
    internal double LengthenedShareAt(int budget) =>
        _use.TryGetValue(budget, out (long Answers, long ThinkingTokens) use)
            ? (double)_lengthened.GetValueOrDefault(budget) / use.Answers
            : 0;

    /// <summary>Trials of every status.</summary>
    internal ImmutableSortedDictionary<string, int> Statuses => _statuses.ToImmutableSortedDictionary(
        status => status.Key.ToString(), status => status.Value, StringComparer.Ordinal);

    /// <summary>Counts one more trial.</summary>
    internal void Add(Trial trial)
    {
        _statuses[trial.Status] = _statuses.GetValueOrDefault(trial.Status) + 1;
        (int all, int excluded, int right) = _tried.GetValueOrDefault(trial.BudgetTokens);
        bool isRight = trial is { IsUsable: true, Correct: true };
        _tried[trial.BudgetTokens] = (all + 1, excluded + (trial.IsUsable ? 0 : 1), right + (isRight ? 1 : 0));
        if (!trial.IsUsable)
        {
            _reasons[trial.Reason] = _reasons.GetValueOrDefault(trial.Reason) + 1;
            return;
        }

        (int answers, int correct) = _cells.GetValueOrDefault((trial.ProblemId, trial.BudgetTokens));
        _cells[(trial.ProblemId, trial.BudgetTokens)] = (answers + 1, correct + (trial.Correct ? 1 : 0));
        (long used, long tokens) = _use.GetValueOrDefault(trial.BudgetTokens);
        _use[trial.BudgetTokens] = (used + 1, tokens + trial.ThinkingTokens);
        BudgetAnswers before = _answers.GetValueOrDefault(trial.BudgetTokens) ?? new BudgetAnswers(trial.BudgetTokens, 0, 0, 0);
        bool isLimited = trial.Semantics == BudgetSemantics.Cap ? !trial.ClosedByModel : trial.Cues == 0;
        _answers[trial.BudgetTokens] = before with
        {
            Answers = before.Answers + 1,
            Unread = before.Unread + (trial.Status == TrialStatus.NoAnswer ? 1 : 0),
            Limited = before.Limited + (isLimited ? 1 : 0),
            Correct = before.Correct + (trial.Correct ? 1 : 0),
        };
        if (trial.Cues > 0)
            _lengthened[trial.BudgetTokens] = _lengthened.GetValueOrDefault(trial.BudgetTokens) + 1;
        if (trial.Semantics == BudgetSemantics.Cap)
            AddLength(trial);
    }

    private void AddLength(Trial trial)
    {
        if (!_lengths.TryGetValue(trial.BudgetTokens, out SortedDictionary<string, List<int>>? byProblem))
            _lengths.Add(trial.BudgetTokens, byProblem = new(StringComparer.Ordinal));
        if (!byProblem.TryGetValue(trial.ProblemId, out List<int>? lengths))
            byProblem.Add(trial.ProblemId, lengths = []);
        lengths.Add(trial.ThinkingTokens);
    }
}
