using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Figures;

/// <summary>What the caption of Fig. 2 says.</summary>
internal sealed class AccuracyCaption(ImmutableArray<TaskFits> tasks, FigureSource source)
{
    internal string Text(bool isTogether, bool isLinear) =>
        string.Join(' ', Sentences(isTogether, isLinear).Where(text => text.Length > 0));

    private IEnumerable<string> Sentences(bool isTogether, bool isLinear)
    {
        yield return HasIntervals
            ? $"Markers: measured accuracy with 95 % intervals (Wilson's, clustered by problem); {Counts}."
            : "Markers: measured accuracy; the intervals are missing, because fits.json is of an older version.";
        yield return Lines;
        yield return isTogether && tasks.Length > 1 ? "Markers of several tasks at one budget are moved apart." : "";
        yield return string.Join(' ', tasks.Select(Remark).Where(text => text.Length > 0));
        yield return isLinear ? "" : "The budget axis is log(1 + ℓ).";
        yield return source.Sentence;
    }

    private bool HasIntervals => tasks.Any(task => !task.Intervals.IsEmpty);

    private string Counts
    {
        get
        {
            string problems = FigureText.Range(tasks.SelectMany(task => task.Intervals).Select(at => (double)at.Problems));
            string answers = FigureText.Range(
                tasks.SelectMany(task => task.Accuracy.Points).Where(point => point.Answers > 0).Select(point => point.Answers));
            return $"{problems} problems, {FigureText.Plural(source.Runs, "run")}, {answers} answers per marker";
        }
    }

    private string Lines
    {
        get
        {
            TaskFits[] curved = [.. tasks.Where(task => task.Shape is { Kind: not ShapeKind.Points })];
            if (curved.Length == 0)
                return "";
            string band = curved.Any(task => !task.Band.IsEmpty)
                ? "; shaded: pointwise 95 % bands (bootstrap by problem)"
                : "";
            TaskFits[] others = [.. curved.Where(task => task.Shape!.Kind != ShapeKind.Exponential)];
            string kinds = others.Length == 0 ? "" : "; "
                + string.Join(", ", others.Select(task => $"{task.DisplayName}: {NameOf(task.Shape!.Kind)}"));
            return $"Lines: fitted curves, p(ℓ) = D + A(1 − exp(−bℓ)){kinds}{band}.";
        }
    }

    private static string NameOf(ShapeKind kind) => kind == ShapeKind.Hill ? "Hill curve" : "monotone interpolation";

    private static string Remark(TaskFits task)
    {
        if (task.IsMissingData)
            return $"{task.DisplayName}: not fitted: missing data.";
        string shape = task.Shape?.Kind == ShapeKind.Points ? $"{task.DisplayName}: the data determine no curve. " : "";
        string fall = task.Shape?.Fall is { } fallen
            ? FormattableString.Invariant($"{task.DisplayName}: accuracy falls beyond {fallen.PeakTokens} tokens (ring: the peak). ")
            : "";
        string excluded = task.MarkedBudgets.Any()
            ? $"{task.DisplayName} has budgets with more than 1 % of the trials excluded (crosses: accuracy if all of them were wrong or "
                + "right)."
            : "";
        return (shape + fall + excluded).Trim();
    }
}
