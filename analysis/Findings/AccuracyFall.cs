using Calibration.Fitting.Statistics;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>
/// A budget beyond which accuracy falls: the same problems are answered worse after more thinking. The unit of the sign test is the
/// problem, all its runs together; p is Bonferroni's for all pairs of the task's budgets.
/// </summary>
/// <param name="FromTokens">The smaller budget.</param>
/// <param name="From">Correct answers there.</param>
/// <param name="ToTokens">The larger budget.</param>
/// <param name="To">Correct answers there.</param>
/// <param name="Worse">Problems answered worse at the larger budget.</param>
/// <param name="Better">Problems answered better there.</param>
/// <param name="Pairs">Pairs of budgets that were compared.</param>
/// <param name="LengthenedShare">Share of the answers at the larger budget whose thinking was lengthened.</param>
public sealed record AccuracyFall(
    int FromTokens, ClusteredProportion From, int ToTokens, ClusteredProportion To, int Worse, int Better, int Pairs,
    double LengthenedShare)
{
    private const double Level = 0.05;

    /// <summary>The two-sided p-value, corrected for the number of pairs.</summary>
    public double PValue => Math.Min(1, Pairs * SignTest.PValue(Better, Worse));

    /// <summary>The largest of one task's significant falls, or null where there is none.</summary>
    internal static AccuracyFall? LargestOf(ILookup<int, Trial> atBudget, Func<Trial, bool> isLengthened)
    {
        int[] budgets = [.. atBudget.Select(group => group.Key).Order()];
        int pairs = budgets.Length * (budgets.Length - 1) / 2;
        return (from smaller in budgets
                from larger in budgets
                where smaller < larger
                let fall = Between([.. atBudget[smaller]], [.. atBudget[larger]], pairs, isLengthened)
                where fall is not null && fall.Worse > fall.Better && fall.PValue <= Level
                select fall).MaxBy(fall => fall.From.Value - fall.To.Value);
    }

    /// <summary>Only what was answered at both budgets is compared.</summary>
    private static AccuracyFall? Between(Trial[] smaller, Trial[] larger, int pairs, Func<Trial, bool> isLengthened)
    {
        (Trial From, Trial To)[] both =
            [.. smaller.Join(larger, trial => (trial.ProblemId, trial.Run), trial => (trial.ProblemId, trial.Run), (from, to) => (from,
                to))];
        if (both.Length == 0)
            return null;
        int[] changes =
            [.. both.GroupBy(pair => pair.From.ProblemId).Select(problem =>
                problem.Count(pair => pair.To.Correct) - problem.Count(pair => pair.From.Correct))];
        return new AccuracyFall(
            both[0].From.BudgetTokens,
            Shares.Of(both.Select(pair => pair.From), trial => trial.Correct),
            both[0].To.BudgetTokens,
            Shares.Of(both.Select(pair => pair.To), trial => trial.Correct),
            changes.Count(change => change < 0),
            changes.Count(change => change > 0),
            pairs,
            (double)both.Count(pair => isLengthened(pair.To)) / both.Length);
    }
}
