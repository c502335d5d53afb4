using System.Collections.Immutable;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Budgets that are added to a run after it began: its grid becomes the union.</summary>
internal static class AddedBudgets
{
    private const string Option = "--add-budgets";

    /// <summary>The tasks with the added budgets of the settings.</summary>
    /// <exception cref="UserFault">A setting names a task that is not measured, or asks for more than the traces hold.</exception>
    internal static ImmutableArray<TaskPlan> AddTo(ImmutableArray<TaskPlan> tasks, RunSettings settings)
    {
        bool ownTraces = settings.Plan.Independent || settings.Plan.PromptFormat == PromptFormat.Text;
        ThrowIfUnknown(tasks, settings.AddedBudgets, Option);
        return settings.AddedBudgets.IsEmpty ? tasks : [.. tasks.Select(Added)];

        TaskPlan Added(TaskPlan task)
        {
            ImmutableArray<int> budgets = Union(task.Facts, settings.AddedBudgets);
            int largest = task.Budgets[^1];
            if (budgets[^1] > largest && !ownTraces)
            {
                throw new UserFault(
                    $"{Option} asks for {budgets[^1]} tokens of {task.Task}, whose traces end at {largest}, its largest budget: add "
                        + $"budgets "
                    + $"up to {largest}, or measure a run of its own with --budgets.");
            }

            return task with { Facts = task.Facts with { Budgets = budgets }, AddedBudgets = [.. budgets.Except(task.Budgets)] };
        }
    }

    /// <summary>The manifest of the enlarged run; the same object where the run has all of the budgets already.</summary>
    internal static RunManifest AddTo(RunManifest manifest, ImmutableArray<BudgetSetting> added)
    {
        ImmutableArray<TaskFacts> tasks = [.. manifest.Tasks.Select(task => task with { Budgets = Union(task, added) })];
        return tasks.Sum(task => task.Budgets.Length) == manifest.Tasks.Sum(task => task.Budgets.Length)
            ? manifest
            : manifest with
            {
                Tasks = tasks,
                Settings = manifest.Settings with { AddedBudgets = [.. manifest.Settings.AddedBudgets, .. added] },
            };
    }

    /// <exception cref="UserFault">A setting names a task that is not measured.</exception>
    internal static void ThrowIfUnknown(ImmutableArray<TaskPlan> tasks, ImmutableArray<BudgetSetting> settings, string option)
    {
        if (settings.FirstOrDefault(setting => setting.Task is not null && tasks.All(task => task.Task != setting.Task)) is { } unknown)
        {
            string names = string.Join(", ", tasks.Select(task => task.Task));
            throw new UserFault($"{option} names {unknown.Task}, which is not measured; the tasks are {names}.");
        }
    }

    private static ImmutableArray<int> Union(TaskFacts task, ImmutableArray<BudgetSetting> added) =>
        [.. added.Where(setting => setting.IsFor(task.Task)).SelectMany(setting => setting.Budgets)
            .Concat(task.Budgets).Distinct().Order()];
}
