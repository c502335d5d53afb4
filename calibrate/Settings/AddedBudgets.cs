using System.Collections.Immutable;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Budgets that are added to a run after it began (<c>--add-budgets [TASK=]LIST</c>): its grid becomes the union.</summary>
internal static class AddedBudgets
{
    private const string Option = "--add-budgets";

    /// <summary>The tasks with the budgets added to theirs.</summary>
    /// <param name="tasks">The tasks with the budgets that the run began with.</param>
    /// <param name="settings">The option's values.</param>
    /// <param name="ownTraces">Whether every budget has thinking of its own; else it is cut from a trace that ends at the largest budget.</param>
    /// <exception cref="UserFault">A list is malformed, names a task that is not measured, or asks for more than the traces hold.</exception>
    internal static ImmutableArray<TaskPlan> AddTo(ImmutableArray<TaskPlan> tasks, IReadOnlyList<string> settings, bool ownTraces)
    {
        foreach (string setting in settings)
        {
            if (setting.Split('=', 2) is [string name, _] && !tasks.Any(task => task.Task == name))
                throw new UserFault($"{Option} names {name}, which is not measured; the tasks are {string.Join(", ", tasks.Select(task => task.Task))}.");
        }

        return [.. tasks.Select(Added)];

        TaskPlan Added(TaskPlan task)
        {
            ImmutableArray<int> budgets = Union(task.Facts, settings);
            int largest = task.Budgets[^1];
            if (budgets[^1] > largest && !ownTraces)
                throw new UserFault($"{Option} asks for {budgets[^1]} tokens of {task.Task}, whose traces end at {largest}, its largest budget: add budgets up to {largest}, or measure a run of its own with --budgets.");
            return task with { Facts = task.Facts with { Budgets = budgets }, AddedBudgets = [.. budgets.Except(task.Budgets)] };
        }
    }

    /// <summary>
    /// The manifest of the enlarged run: as it was, but with the budgets, and with arguments that build the enlarged plan. The
    /// same object where all of them are there already.
    /// </summary>
    internal static RunManifest AddTo(RunManifest manifest, ImmutableArray<string> settings)
    {
        ImmutableArray<TaskFacts> tasks = [.. manifest.Tasks.Select(task => task with { Budgets = Union(task, settings) })];
        if (tasks.Sum(task => task.Budgets.Length) == manifest.Tasks.Sum(task => task.Budgets.Length))
            return manifest;
        return manifest with
        {
            Tasks = tasks,
            Arguments = Arguments(manifest.Arguments, settings),
            Notes = manifest.Notes.SetItem("added_budgets", string.Join(' ', manifest.Notes.GetValueOrDefault("added_budgets"), string.Join(' ', settings)).Trim()),
        };
    }

    /// <summary>Arguments by which the enlarged plan is built from those of the run.</summary>
    internal static ImmutableArray<string> Arguments(ImmutableArray<string> arguments, ImmutableArray<string> settings) =>
        [.. arguments, .. settings.SelectMany(setting => (string[])[Option, setting])];

    private static ImmutableArray<int> Union(TaskFacts task, IReadOnlyList<string> settings) =>
    [
        .. settings.Select(setting => setting.Split('=', 2)).Where(pair => pair.Length == 1 || pair[0] == task.Task)
            .SelectMany(pair => OptionText.Budgets(pair[^1], Option)).Concat(task.Budgets).Distinct().Order(),
    ];
}

/// <summary>A run that goes on.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="AddedBudgets">Values of <c>--add-budgets</c>; empty where the plan stays.</param>
/// <param name="RedoLatency">Whether its service times are measured again.</param>
internal sealed record Resumption(RunFolder Folder, ImmutableArray<string> AddedBudgets, bool RedoLatency)
{
    /// <summary>Whether nothing is to be measured that the run does not have.</summary>
    internal bool IsDone => Folder.HasEnded && AddedBudgets.IsEmpty && !RedoLatency;

    /// <summary>Puts the service times aside, to be measured again.</summary>
    /// <exception cref="UnfinishedRun">The folder cannot be written; the run is as it was, or without service times.</exception>
    internal async Task ReplaceServiceAsync(DateTime utc, CancellationToken cancellationToken)
    {
        try
        {
            string replaced = await Folder.ReplaceServiceAsync(utc, cancellationToken);
            RunManifest manifest = Folder.ReadManifest();
            await Folder.WriteManifestAsync(manifest with { ReplacedService = [.. manifest.ReplacedService, replaced], RequestOverhead = null });
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun($"{Folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). Make room and give the same command again.", 1);
        }
    }

    /// <summary>Makes the folder ready for rows of the enlarged plan.</summary>
    /// <param name="manifest">The manifest as it was.</param>
    /// <param name="enlarged">The manifest from now on.</param>
    /// <param name="cancellationToken">Leaves the run as it was.</param>
    /// <exception cref="UserFault">The rows are another run's.</exception>
    /// <exception cref="UnfinishedRun">The folder cannot be written; the run is as it was.</exception>
    internal async Task EnlargeAsync(RunManifest manifest, RunManifest enlarged, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(manifest, enlarged))
            return;

        // By their traces' names the traces are found again: in a merged, regraded or renamed folder they would all be generated anew.
        Trial? any = await Folder.ReadTrialsAsync().FirstOrDefaultAsync(cancellationToken);
        if (any is not null && !any.TraceId.StartsWith(Folder.Id + "/", StringComparison.Ordinal))
            throw new UserFault($"{Folder.Path} holds rows of the run {any.TraceId.Split('/')[0]}, because it was merged, regraded or renamed: add the budgets to that run by its own name, and then merge or regrade again.");
        try
        {
            // The manifest comes last: until then the run is the old one, open or not, and not a larger one that lacks trials.
            await Folder.ReopenAsync(cancellationToken);
            await Folder.WriteManifestAsync(enlarged);
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun($"{Folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). The run is as it was: make room and give the same command again.", 1);
        }
    }
}
