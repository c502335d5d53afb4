using System.Collections.Immutable;
using Calibration.Fitting.Statistics;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>
/// What forced extra thinking does to one task's accuracy under <see cref="BudgetSemantics.Exact"/>: a trace is lengthened at a budget
/// where a continuation cue or the mask of the close lies before it, that is, where the model had wanted to answer earlier.
/// </summary>
/// <param name="Task">Task name in files.</param>
/// <param name="Budgets">The budgets above 0, ascending.</param>
/// <param name="Fall">The largest significant fall of accuracy beyond a smaller budget; absent where there is none.</param>
public sealed record LengthenedThinking(string Task, ImmutableArray<LengthenedBudget> Budgets, AccuracyFall? Fall)
{
    /// <summary>Where a trace was first lengthened; absent where it never was.</summary>
    public static int? FirstAt(Trace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        int? cue = trace.CuePositions.IsEmpty ? null : trace.CuePositions[0];
        return cue < trace.MaskedFrom || trace.MaskedFrom is null ? cue : trace.MaskedFrom;
    }

    /// <summary>One task's usable answers, separated by what happened to their traces.</summary>
    /// <param name="task">Task name.</param>
    /// <param name="trials">The task's trials.</param>
    /// <param name="lengthenedFrom">Where each lengthened trace was first lengthened, by its id.</param>
    public static LengthenedThinking Of(string task, IReadOnlyList<Trial> trials, IReadOnlyDictionary<string, int> lengthenedFrom)
    {
        Trial[] usable = [.. trials.Where(trial => trial.IsUsable)];
        ILookup<string, Trial> ofTrace = usable.ToLookup(trial => trial.TraceId);
        ILookup<int, Trial> atBudget = usable.ToLookup(trial => trial.BudgetTokens);
        return new LengthenedThinking(
            task,
            [.. atBudget.Select(group => group.Key).Where(budget => budget > 0).Order().Select(budget => At(budget,
                [.. atBudget[budget]]))],
            AccuracyFall.LargestOf(atBudget, IsLengthened));

        LengthenedBudget At(int budget, Trial[] answers)
        {
            Trial[] lengthened = [.. answers.Where(IsLengthened)];
            (Trial Now, Trial Before)[] pairs =
            [
                .. from now in lengthened
                   let before = ofTrace[now.TraceId].Where(other => other.BudgetTokens > 0 && !IsLengthened(other))
                       .MaxBy(other => other.BudgetTokens)
                   where before is not null
                   select (now, before),
            ];
            return new LengthenedBudget(
                budget,
                CorrectOf([.. answers.Where(trial => !IsLengthened(trial))]),
                CorrectOf(lengthened),
                CorrectOf([.. pairs.Select(pair => pair.Before)]),
                pairs.Count(pair => pair.Before.Correct && !pair.Now.Correct),
                pairs.Count(pair => !pair.Before.Correct && pair.Now.Correct));
        }

        bool IsLengthened(Trial trial) =>
            trial.Cues > 0 || (lengthenedFrom.TryGetValue(trial.TraceId, out int from) && from < trial.BudgetTokens);
    }

    private static ClusteredProportion? CorrectOf(Trial[] trials) =>
        trials.Length == 0 ? null : Shares.Of(trials, trial => trial.Correct);
}

/// <summary>Accuracy at one budget. A share without answers is absent.</summary>
/// <param name="BudgetTokens">The budget ℓ.</param>
/// <param name="Natural">Correct answers among those whose trace was not lengthened before ℓ.</param>
/// <param name="Lengthened">Correct answers among those whose trace was.</param>
/// <param name="Before">
/// The lengthened traces' own answers at their last budget without it: how well models answer also differs between the problems on
/// which they think long and short, and here the problems are the same. Absent where every budget has a trace of its own.
/// </param>
/// <param name="Lost">Answers that were right there and are wrong here.</param>
/// <param name="Gained">Answers that were wrong there and are right here.</param>
public sealed record LengthenedBudget(
    int BudgetTokens, ClusteredProportion? Natural, ClusteredProportion? Lengthened, ClusteredProportion? Before, int Lost, int Gained);
