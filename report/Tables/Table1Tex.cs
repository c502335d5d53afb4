using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Tables;

/// <summary>
/// Table I in LaTeX (package booktabs): within one column of 252 pt, and over both columns with intervals. Every value has the digits that
/// its standard error supports; verdicts and bounds are marks with notes below the table.
/// </summary>
public static class Table1Tex
{
    private const double PerThousand = 1_000;
    private const int NamePoints = 58;

    /// <summary>Values alone, within one column.</summary>
    public static string Column(RunFits fits, RunAllocation? allocation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var text = new StringBuilder();
        Head(text, "table", "tab:parameters", Table1.Caption(fits, allocation));
        text.Append("\\setlength{\\tabcolsep}{2pt}\n\\begin{tabular}{@{}lrrrrrr@{}}\n\\toprule\n")
            .Append("Task & $A_k$ & $b_k$ & $D_k$ & $t_{0k}$ & $c_k$ & $\\ell_k^*$ \\\\\n")
            .Append(" & & ($10^{-3}$/tok) & & (s) & (ms/tok) & (tok) \\\\\n\\midrule\n");
        foreach (TaskFits task in fits.Tasks)
            text.AppendJoin(" & ", Values(task, allocation)).Append(" \\\\\n");
        return Foot(text, "table", Notes(fits, allocation));
    }

    /// <summary>Values with 95 % intervals below them, and the shape, over both columns.</summary>
    public static string Wide(RunFits fits, RunAllocation? allocation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var text = new StringBuilder();
        Head(text, "table*", "tab:parameters-wide", Table1.Caption(fits, allocation) + "; 95 % intervals in brackets");
        text.Append("\\setlength{\\tabcolsep}{4pt}\n\\begin{tabular}{@{}lccccccl@{}}\n\\toprule\n")
            .Append("Task & $A_k$ & $b_k$ ($10^{-3}$/token) & $D_k$ & $t_{0k}$ (s) & $c_k$ (ms/token) & $\\ell_k^*$ (tokens)")
            .Append(" & shape \\\\\n")
            .Append("\\midrule\n");
        foreach (TaskFits task in fits.Tasks)
        {
            text.AppendJoin(" & ", Values(task, allocation)).Append(" & ").Append(Shape(task)).Append(" \\\\\n");
            text.AppendJoin(" & ", Intervals(task, allocation)).Append(" & \\\\[2pt]\n");
        }

        return Foot(text, "table*", Notes(fits, allocation));
    }

    private static void Head(StringBuilder text, string environment, string label, string caption) => text
        .Append("% needs \\usepackage{booktabs}\n\\begin{").Append(environment).Append("}[t]\n")
        .Append("\\caption{Parameters of accuracy and service time, and optimal budgets (").Append(TexText.Escaped(caption)).Append(").}\n")
        .Append("\\label{").Append(label).Append("}\n\\centering\n\\footnotesize\n");

    private static string Foot(StringBuilder text, string environment, IEnumerable<string> notes)
    {
        string[] all = [.. notes];
        text.Append("\\bottomrule\n\\end{tabular}\n");
        if (all.Length > 0)
            text.Append("\\par\\smallskip\n\\parbox{\\linewidth}{\\footnotesize\\raggedright ").AppendJoin("; ", all).Append(".}\n");
        return text.Append("\\end{").Append(environment).Append("}\n").ToString();
    }

    private static string[] Values(TaskFits task, RunAllocation? allocation)
    {
        string name = TexText.Wrapped(task.DisplayName, NamePoints) + (task.MarkedBudgets.Any() ? "$^{*}$" : "");
        string rejected = task.Service.Verdict == Verdict.LackOfFit ? "$^{c}$" : "";
        return
        [
            name,
            Value(task.Accuracy.A),
            Value(task.Accuracy.B, PerThousand),
            Value(task.Accuracy.D),
            Value(task.Service.T0Seconds),
            Value(task.Service.SecondsPerToken, PerThousand) + rejected,
            Star(task, allocation),
        ];
    }

    private static string[] Intervals(TaskFits task, RunAllocation? allocation) =>
    [
        "",
        Interval(task.Accuracy.A),
        Interval(task.Accuracy.B, PerThousand),
        Interval(task.Accuracy.D),
        Interval(task.Service.T0Seconds),
        Interval(task.Service.SecondsPerToken, PerThousand),
        Table1.IntervalOf(allocation, task) is { } budgets ? Bracketed(budgets, 1, DecimalsOf(ErrorOf(null, budgets))) : "",
    ];

    private static string Star(TaskFits task, RunAllocation? allocation)
    {
        if (Table1.Decided(allocation, task) is not { } decided)
            return "--";
        string marks = (decided.Measured ? "\\dagger" : task.Shape is { Kind: not ShapeKind.Exponential } ? "\\S" : "")
            + (task.Shape?.Fall is null ? "" : "\\P") + (decided.Extrapolated ? "\\ddagger" : "");
        int decimals = decided.Measured ? 0 : DecimalsOf(ErrorOf(null, Table1.IntervalOf(allocation, task)));
        return Written(decided.BudgetTokens, decimals) + (marks.Length > 0 ? $"$^{{{marks}}}$" : "");
    }

    private static string Value(ParameterEstimate estimate, double scale = 1) =>
        estimate.Status == ParameterStatus.NotIdentifiable
            ? "--"
            : (estimate.Value == 0 ? "0" : Written(estimate.Value * scale, DecimalsOf(ErrorOf(estimate) * scale))) + Mark(estimate);

    private static string Mark(ParameterEstimate estimate) => estimate.Status == ParameterStatus.AtBound ? "$^{b}$" : "";

    private static string Interval(ParameterEstimate estimate, double scale = 1) =>
        estimate is { Status: not ParameterStatus.NotIdentifiable, Interval: { } interval }
            ? Bracketed(interval, scale, DecimalsOf(ErrorOf(estimate) * scale))
            : "";

    private static string Bracketed(Interval interval, double scale, int decimals) =>
        $"[{Written(interval.Low * scale, decimals)}, {Written(interval.High * scale, decimals)}]";

    /// <summary>The standard error, or a quarter of the interval's width; null where neither is known.</summary>
    private static double? ErrorOf(ParameterEstimate estimate) => ErrorOf(estimate.StandardError, estimate.Interval);

    private static double? ErrorOf(double? standardError, Interval? interval) =>
        standardError is > 0 ? standardError : interval is { } ends && ends.High > ends.Low ? (ends.High - ends.Low) / 4 : null;

    /// <summary>Decimals that show two digits of the standard error; one where it is not known.</summary>
    private static int DecimalsOf(double? standardError) =>
        standardError is { } error ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(error)), 0, 6) : 1;

    private static string Written(double value, int decimals)
    {
        string text = value.ToString((Math.Abs(value) >= 1_000 ? "#,0" : "0") + (decimals > 0 ? "." : "") + new string('0', decimals),
            CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? $"${text.Replace(",", "{,}", StringComparison.Ordinal)}$" : text;
    }

    private static string Shape(TaskFits task) => TexText.Escaped(task.Shape?.ShownName ?? "none");

    private static IEnumerable<string> Notes(RunFits fits, RunAllocation? allocation)
    {
        TaskFits[] decided = [.. fits.Tasks.Where(task => Table1.Decided(allocation, task) is not null)];
        bool IsMeasured(TaskFits task) => Table1.Decided(allocation, task) is { Measured: true };
        if (fits.Tasks.Any(task => task.MarkedBudgets.Any()))
            yield return "$^{*}$more than 1\\,\\% of the trials at a budget are excluded";
        if (fits.Tasks.Any(IsAtBound))
            yield return "$^{b}$at its bound";
        if (fits.Tasks.Any(task => task.Service.Verdict == Verdict.LackOfFit))
            yield return "$^{c}$the times are not affine in the tokens";
        if (decided.Any(IsMeasured))
            yield return "$^{\\dagger}$best measured budget, because no curve is identified";
        if (decided.Any(task => !IsMeasured(task) && task.Shape is { Kind: not ShapeKind.Exponential }))
            yield return "$^{\\S}$exponential rejected: Hill curve or interpolation";
        if (decided.Any(task => task.Shape?.Fall is not null))
            yield return "$^{\\P}$accuracy falls beyond a budget: fitted up to the peak";
        if (decided.Any(task => Table1.Decided(allocation, task)!.Extrapolated))
            yield return "$^{\\ddagger}$beyond the largest measured budget";
        if (fits.Tasks.Any(task => task.Accuracy.A.Status == ParameterStatus.NotIdentifiable))
            yield return "--: not identifiable, or rejected by the data";
    }

    private static bool IsAtBound(TaskFits task) =>
        new[] { task.Accuracy.A, task.Accuracy.B, task.Accuracy.D, task.Service.T0Seconds, task.Service.SecondsPerToken }
            .Any(estimate => estimate.Status == ParameterStatus.AtBound);
}
