using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis.Curves;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 3: J by policy, with 95 % intervals.</summary>
internal static class ObjectiveFigure
{
    internal static Figure Of(DecisionCurves curves, FigureSource source, FigureOptions options)
    {
        ImmutableArray<PolicyValue> policies = curves.Policies;
        double[] ends =
        [
            0,
            .. policies.Select(policy => policy.Objective).OfType<double>(),
            .. policies.Select(policy => policy.Interval).OfType<Fitting.Interval>().SelectMany(bar => (double[])[bar.Low, bar.High]),
        ];
        double room = 0.1 * Math.Max(1e-9, ends.Max() - ends.Min());
        var panel = new Panel(
            Scale.Named([.. policies.Select(Name)]),
            Scale.Linear(ends.Min(), ends.Max() + room),
            "Budget ℓ of all tasks, or the optimal budgets ℓ*",
            "Objective J (s)");
        for (int i = 0; i < policies.Length; i++)
            Draw(panel, policies[i], i);
        panel.Horizontal(0);
        var sheet = new Sheet
        {
            Rows = [[panel]],
            Note = source.Note,
            Width = Sheet.PointsOf(options.Width),
            PlainHeight = options.Width == FigureWidth.Page ? 190 : 150,
        };
        IEnumerable<string[]> data =
        [
            ["policy", "budget_tokens", "objective_s", "low_s", "high_s", "extrapolated", "interpolated"],
            .. policies.Select(policy => new[]
            {
                policy.Kind.ToString(), FigureText.Cell(policy.BudgetTokens), policy.Objective is { } j ? FigureText.Cell(j) : "unstable",
                FigureText.Cell(policy.Interval?.Low), FigureText.Cell(policy.Interval?.High), policy.Extrapolated ? "true" : "false",
                policy.Interpolated ? "true" : "false",
            }),
        ];
        return new Figure("fig3", "Objective J by policy", sheet, data)
        {
            Caption = Caption(curves, source),
        };
    }

    private static void Draw(Panel panel, PolicyValue policy, int place)
    {
        if (policy.Objective is not { } objective)
        {
            panel.Words("unstable", (place, 0), Alignment.LowerCenter, (0, -3));
            return;
        }

        Color fill = policy.Kind switch
        {
            PolicyKind.Optimal => FigureStyle.LookOf(0).Colour,
            PolicyKind.BestUniform => FigureStyle.LookOf(5).Colour,
            _ => FigureStyle.Pale,
        };
        panel.Bar(place, objective, fill);
        if (policy.Interval is { } interval)
            panel.Bars([(place, interval.Low, interval.High)], FigureStyle.Ink);
        string text = objective.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−');
        panel.Words(text, (place, Math.Max(0, Math.Max(objective, policy.Interval?.High ?? objective))), Alignment.LowerCenter, (0, -3));
    }

    private static string Name(PolicyValue policy) => policy switch
    {
        { Kind: PolicyKind.Optimal } => "ℓ*",
        { Kind: PolicyKind.BestUniform } => $"{Scale.Written(Math.Round(policy.BudgetTokens ?? 0))} (best)",
        _ => Scale.Written(policy.BudgetTokens ?? 0),
    }
    + (policy.Extrapolated ? "‡" : policy.Interpolated ? "†" : "");

    private static string Caption(DecisionCurves curves, FigureSource source)
    {
        bool isDrawn = curves.Policies.Any(policy => policy.Interval is not null);
        string bars = isDrawn
            ? $" Error bars: 95 % intervals from {FigureText.Plural(curves.Replicates, "bootstrap replicate")} of answers and service "
                + "times, with the measured accuracies at the budgets; where the data choose the budgets (ℓ* and the best uniform "
                + "budget), optimism is subtracted."
            : " There are no intervals, because a workload has no measurements.";
        string best = curves.Policies.Any(policy => policy.Kind == PolicyKind.BestUniform)
            ? " “best”: the best budget that all tasks can share."
            : "";
        string unstable = curves.Policies.Any(policy => policy.Objective is null) ? " “unstable”: the queue has no steady state." : "";
        string beyond = curves.Policies.Any(policy => policy.Extrapolated)
            ? " ‡: beyond the largest measured budget of a task, so extrapolated, or cut at what its shape offers."
            : "";
        string between = curves.Policies.Any(policy => policy.Interpolated && !policy.Extrapolated)
            ? " †: not measured for a task that has no curve there, so interpolated."
            : "";
        return $"Objective J under uniform budgets and at the optimal budgets ℓ*, at {curves.Point}.{bars}{best}{unstable}{beyond}"
            + $"{between} {source.Sentence}";
    }
}
