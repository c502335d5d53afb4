using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Analysis.Curves;
using Calibration.Report.Drawing;
using Calibration.Report.Figures;

namespace Calibration.Calibrate.Verbs;

/// <summary>The options that say what is drawn, and how.</summary>
internal sealed class FigureArguments
{
    private const string Best = "best";
    private const string Optimal = "optimal";

    internal Option<string> Width { get; } = new("--width")
    {
        Description = "Width at final size: column (3.5 in) or page (7.16 in, two columns).",
        DefaultValueFactory = _ => "column",
        HelpName = "column|page",
    };

    internal Option<string> BudgetAxis { get; } = new("--budget-axis")
    {
        Description = "Axis of budgets in Fig. 2, service times, ℓ*(λ) and ℓ*(α): log (log(1 + ℓ)) or linear. Fig. 4 is always linear.",
        DefaultValueFactory = _ => "log",
        HelpName = "log|linear",
    };

    internal Option<string?> Tasks { get; } = new("--tasks")
    {
        Description = "Tasks that get a line in the figures, such as gsm8k,bbh. Default: all.",
        HelpName = "LIST",
    };

    internal Option<string?> Policies { get; } = new("--policies")
    {
        Description =
            "Bars of Fig. 3, in this order: uniform budgets, best (the best uniform budget), optimal (ℓ*). "
            + "Default: 0,100,500,best,optimal.",
        HelpName = "LIST",
    };

    internal Option<string?> SweepTask { get; } = new("--sweep-task")
    {
        Description = "Task whose budget varies in Fig. 4. Default: gsm8k, or else the task with the largest budget.",
        HelpName = "TASK",
    };

    internal IEnumerable<Option> All() => [Width, BudgetAxis, Tasks, Policies, SweepTask];

    /// <exception cref="UserFault">An option has another value than its help names.</exception>
    internal FigureOptions Read(ParseResult parsed) => new()
    {
        Width = parsed.GetValue(Width) switch
        {
            "column" => FigureWidth.Column,
            "page" => FigureWidth.Page,
            var other => throw new UserFault($"--width is \"{other}\": it is column or page."),
        },
        LinearBudgets = parsed.GetValue(BudgetAxis) switch
        {
            "log" => false,
            "linear" => true,
            var other => throw new UserFault($"--budget-axis is \"{other}\": it is log or linear."),
        },
    };

    /// <summary>Those of the tasks that were named; all where none was.</summary>
    /// <exception cref="UserFault">A name is not among them.</exception>
    internal ImmutableArray<(string Task, string DisplayName)> TasksOf(
        ParseResult parsed, IEnumerable<(string Task, string DisplayName)> tasks)
    {
        ImmutableArray<(string Task, string DisplayName)> all = [.. tasks];
        if (parsed.GetValue(Tasks) is not { } list)
            return all;
        string[] named = [.. list.Split(',').Select(name => name.Trim())];
        foreach (string name in named)
            ThrowIfUnknown("--tasks", name, all);
        return [.. all.Where(task => named.Any(name => IsNamed(task, name)))];
    }

    /// <summary>The task that was named for Fig. 4; null where none was.</summary>
    /// <exception cref="UserFault">There is no such task.</exception>
    internal string? SweepOf(ParseResult parsed, ImmutableArray<(string Task, string DisplayName)> tasks)
    {
        if (parsed.GetValue(SweepTask) is not { } name)
            return null;
        ThrowIfUnknown("--sweep-task", name, tasks);
        return tasks.First(task => IsNamed(task, name)).Task;
    }

    /// <summary>The policies that were named, in their order; those that the curves do not have are computed.</summary>
    /// <exception cref="UserFault">A name is no policy.</exception>
    internal async Task<DecisionCurves> ChosenAsync(ParseResult parsed, DecisionCurves curves, Func<int, Task<PolicyValue>> uniform)
    {
        if (parsed.GetValue(Policies) is not { } list)
            return curves;
        var chosen = ImmutableArray.CreateBuilder<PolicyValue>();
        foreach (string name in list.Split(',').Select(name => name.Trim()))
        {
            bool isBudget = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int budget);
            if (!isBudget && name is not (Best or Optimal))
                throw new UserFault($"--policies has \"{name}\": give budgets (0 or more), {Best} and {Optimal}.");
            PolicyKind kind = isBudget ? PolicyKind.Uniform : name == Best ? PolicyKind.BestUniform : PolicyKind.Optimal;
            PolicyValue? known =
                curves.Policies.FirstOrDefault(policy => policy.Kind == kind && (!isBudget || policy.BudgetTokens == budget));
            if (known is not null)
                chosen.Add(known);
            else if (isBudget)
                chosen.Add(await uniform(budget));
        }

        return curves with { Policies = chosen.ToImmutable() };
    }

    private static void ThrowIfUnknown(string option, string name, ImmutableArray<(string Task, string DisplayName)> tasks)
    {
        if (!tasks.Any(task => IsNamed(task, name)))
            throw new UserFault($"{option} names {name}; the tasks are {string.Join(", ", tasks.Select(task => task.Task))}.");
    }

    private static bool IsNamed((string Task, string DisplayName) task, string name) =>
        string.Equals(task.Task, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(task.DisplayName, name, StringComparison.OrdinalIgnoreCase);
}
