using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Tables;

/// <summary>Two runs side by side, as rows of cells; the first row is the head. A star marks what is claimed to differ.</summary>
public static class ComparisonTable
{
    /// <summary>Accuracy by task and budget.</summary>
    public static IEnumerable<string[]> Accuracy(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        yield return
        [
            "Dataset", "budget", "old", "new", "difference [95 %]", "problems", "better / worse", "sign test p", "claimed",
        ];
        foreach (TaskComparison task in comparison.Tasks)
        {
            foreach (AccuracyDifference at in task.Accuracy)
            {
                yield return
                [
                    task.DisplayName, at.BudgetTokens.ToString(CultureInfo.InvariantCulture), Fixed(at.Old), Fixed(at.New),
                    Shown(at.Difference, at.Interval), task.PairedProblems == 0 ? "not paired" : Count(task.PairedProblems),
                    at.SignPValue is null ? "" : $"{Count(at.Better)} / {Count(at.Worse)}",
                    at.SignPValue is { } p ? PValueText.Cell(p) : "", at.Claimed ? "*" : "",
                ];
            }
        }
    }

    /// <summary>Parameters, service times, ℓ* and J.</summary>
    public static IEnumerable<string[]> Values(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        yield return ["Dataset", "value", "old", "new", "difference [95 %]", "claimed"];
        foreach (TaskComparison task in comparison.Tasks)
        {
            foreach (ValueDifference value in task.Parameters)
                yield return Row(task.DisplayName, value, "G4");
            if (task.BudgetTokens is { } budget)
                yield return Row(task.DisplayName, budget with { Name = "ℓ* (tokens)" }, "0.0");
        }

        yield return Row("all", comparison.Objective with { Name = "J (s)" }, "0.000");
    }

    private static string[] Row(string task, ValueDifference value, string format) =>
    [
        task, value.Name, value.Old.ToString(format, CultureInfo.InvariantCulture),
        value.New.ToString(format, CultureInfo.InvariantCulture),
        value.Interval is { } interval
            ? string.Create(CultureInfo.InvariantCulture, $"{Signed(value.Difference, format)} [{Signed(interval.Low, format)}, ")
                + $"{Signed(interval.High, format)}]"
            : $"{Signed(value.Difference, format)} (no interval)",
        value.Claimed ? "*" : "",
    ];

    private static string Shown(double difference, Interval interval) =>
        $"{Signed(difference, "0.000")} [{Signed(interval.Low, "0.000")}, {Signed(interval.High, "0.000")}]";

    private static string Signed(double value, string format) =>
        (value > 0 ? "+" : "") + value.ToString(format, CultureInfo.InvariantCulture);

    private static string Fixed(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Count(int value) => value.ToString(CultureInfo.InvariantCulture);
}
