using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Tables;

/// <summary>Several runs over time, as rows of cells; the first row is the head.</summary>
public static class HistoryTable
{
    /// <summary>A row per run: J at its own ℓ*, and what the first run's budgets give under its model.</summary>
    public static IEnumerable<string[]> Runs(RunHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        yield return
        [
            "date", "J at ℓ* (s)", "J kept (s)", "loss of keeping (s)", "decision", "accuracy kept", "mean system time kept (s)", "model",
            "run",
        ];
        foreach (RunAtTime run in history.Runs)
        {
            yield return
            [
                DateOf(run), Shown(run.Objective.Value, run.Objective.Interval), Shown(run.Kept.Objective),
                run.Kept.Loss is { } loss ? Shown(loss.Value, loss.Interval) + Star(run.Decision?.LossClaimed == true) : "not stable",
                run.Decision is { } decision ? WordOf(decision) : "first run", Shown(run.Kept.Accuracy),
                Shown(run.Kept.MeanSystemTimeSeconds), run.Run.Model, NameOf(run),
            ];
        }
    }

    /// <summary>A row per task and run: ℓ*, and the accuracy at the first run's budget.</summary>
    public static IEnumerable<string[]> Tasks(RunHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        yield return ["Dataset", "date", "ℓ* (tokens)", "kept budget", "accuracy at the kept budget", "run"];
        foreach (string task in history.Runs[0].Tasks.Select(at => at.Task))
        {
            foreach (RunAtTime run in history.Runs)
            {
                TaskAtTime at = run.Tasks.First(known => known.Task == task);
                yield return
                [
                    at.DisplayName, DateOf(run),
                    string.Create(
                        CultureInfo.InvariantCulture, $"{at.BudgetTokens:0} [{at.Interval.Low:0}, {at.Interval.High:0}]"),
                    at.Kept.BudgetTokens.ToString("0", CultureInfo.InvariantCulture), Shown(at.Kept.Accuracy) + CutOf(at.Kept), NameOf(run),
                ];
            }
        }
    }

    /// <summary>Every difference from the first run that is claimed.</summary>
    public static IEnumerable<string[]> Claims(RunHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        yield return ["Dataset", "value", "first run", "this run", "difference [95 %]", "run"];
        foreach (RunComparison comparison in history.Comparisons)
        {
            foreach (TaskComparison task in comparison.Tasks)
            {
                foreach (AccuracyDifference at in task.Accuracy.Where(at => at.Claimed))
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"accuracy at {at.BudgetTokens}");
                    yield return Row((comparison.New.Run, task.DisplayName), new ValueDifference(name, at.Old, at.New)
                    {
                        Interval = at.Interval,
                    });
                }

                foreach (ValueDifference value in task.Parameters.Where(value => value.Claimed))
                    yield return Row((comparison.New.Run, task.DisplayName), value);
            }

            if (comparison.Objective.Claimed)
                yield return Row((comparison.New.Run, "all"), comparison.Objective with { Name = "J (s)" });
        }
    }

    private static string[] Row((string Run, string Task) of, ValueDifference value)
    {
        string difference = value.Interval is { } interval
            ? $"{Signed(value.Difference)} [{Signed(interval.Low)}, {Signed(interval.High)}]"
            : Signed(value.Difference);
        return [of.Task, value.Name, Number(value.Old), Number(value.New), difference, of.Run];
    }

    private static string DateOf(RunAtTime run) => run.Run.CreatedUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string NameOf(RunAtTime run) =>
        run.Run.Run + (run.Run.Simulated ? " (simulated)" : "") + (run.IsIncomplete ? " (incomplete)" : "");

    private static string WordOf(KeepDecision decision) => decision.Keeping switch
    {
        Keeping.Keep => "keep",
        Keeping.Change => "change",
        _ => "not enough data",
    };

    private static string CutOf(ValuedBudget kept) => kept.ValuedAtTokens is { } cut
        ? string.Create(CultureInfo.InvariantCulture, $" (as at {cut:0})")
        : "";

    private static string Star(bool claimed) => claimed ? " *" : "";

    private static string Shown(ValueInterval? value) => value switch
    {
        null => "not stable",
        { Interval: { } interval } => Shown(value.Value, interval),
        _ => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    private static string Shown(double value, Interval interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.000} [{interval.Low:0.000}, {interval.High:0.000}]");

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Signed(double value) => (value > 0 ? "+" : "") + Number(value);
}
