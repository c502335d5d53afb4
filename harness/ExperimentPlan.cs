using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>What a run measures: how it asks, and the tasks with their problems.</summary>
public sealed record ExperimentPlan : RunPlan
{
    /// <summary>A plan that asks as <paramref name="asked"/> says.</summary>
    public ExperimentPlan(RunPlan asked, ImmutableArray<TaskPlan> tasks)
        : base(asked) => Tasks = tasks;

    /// <summary>The tasks in order.</summary>
    public ImmutableArray<TaskPlan> Tasks { get; init; }

    /// <summary>Number of trials of the accuracy pass in this shard.</summary>
    public int TrialCount => Groups().Sum(group => group.Task.Budgets.Length);

    /// <summary>
    /// Each problem and run of this shard, interleaved over tasks, problems and runs, so that whatever has been finished
    /// can be fitted.
    /// </summary>
    public IEnumerable<(TaskPlan Task, Problem Problem, int Run)> Groups() =>
        (from run in Enumerable.Range(0, Runs)
         from index in Enumerable.Range(0, Tasks.Max(task => task.Problems.Length))
         from task in Tasks
         where index < task.Problems.Length
         select (task, task.Problems[index], run)).Where((_, index) => Shard.Has(index));

    /// <summary>
    /// What the latency pass measures, each with a name of its own within the run: the plan with the budgets that it began with,
    /// whose line serves budgets added below; and for each budget added beyond, one trace per task that reaches it.
    /// </summary>
    internal IEnumerable<(string Name, ExperimentPlan Plan)> TimedPlans()
    {
        yield return ("", this with { Tasks = [.. Tasks.Select(task => task.At(task.FirstBudgets))] });
        foreach (int budget in Tasks.SelectMany(task => task.AddedBudgets).Distinct().Order())
        {
            ImmutableArray<TaskPlan> beyond =
            [
                .. Tasks.Where(task => task.AddedBudgets.Contains(budget) && budget > task.FirstBudgets[^1]).Select(task =>
                    task.At([budget])),
            ];
            if (!beyond.IsEmpty)
                yield return (FormattableString.Invariant($"/added/{budget}"), this with { Tasks = beyond, LatencyItems = 1 });
        }
    }

    /// <summary>Every fault of the plan, each in one sentence; empty where there is none.</summary>
    public ImmutableArray<string> Faults()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        if (Tasks.IsEmpty)
            faults.Add("There is no task to measure: name at least one with {Datasets}.");
        faults.AddRange(SettingFaults());
        foreach (TaskPlan task in Tasks)
        {
            if (task.Problems.IsEmpty)
                faults.Add($"{task.Task} has no problems: {{Items}} must be at least 1.");
            if (task.Budgets.IsEmpty || task.Budgets.Any(budget => budget < 0))
                faults.Add(
                    $"{task.Task} has the budgets {string.Join(',', task.Budgets)}: give numbers of tokens that are 0 or more with "
                        + $"{{Budgets}}.");
        }

        return faults.ToImmutable();
    }

    /// <summary>Faults that show only once the model is known.</summary>
    public ImmutableArray<string> FaultsFor(EndpointFacts endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return
        [
            .. from task in Tasks
               let needed = task.Budgets[^1] + task.Problems.Max(problem => problem.AnswerTokenLimit)
               where needed >= endpoint.ContextTokens
               select $"{task.Task} at budget {task.Budgets[^1]} needs more than {needed} tokens, but {endpoint.Model} has a context of "
                   + $"{endpoint.ContextTokens}: lower {{Budgets}} {task.Task}=… or serve the model with a longer context.",
        ];
    }
}

/// <summary>One task of a plan.</summary>
/// <param name="Facts">Names, budgets and files, as stored in the manifest.</param>
/// <param name="Problems">The problems, in the order of their draw.</param>
public sealed record TaskPlan(TaskFacts Facts, ImmutableArray<Problem> Problems)
{
    /// <summary>Task name.</summary>
    public string Task => Facts.Task;

    /// <summary>Budgets in thinking tokens, ascending.</summary>
    public ImmutableArray<int> Budgets => Facts.Budgets;

    /// <summary>Those of the budgets that were added after the run had begun, ascending.</summary>
    public ImmutableArray<int> AddedBudgets { get; init; } = [];

    /// <summary>The budgets that the run began with, ascending; a shared trace ends at the largest.</summary>
    public ImmutableArray<int> FirstBudgets => [.. Budgets.Except(AddedBudgets)];

    /// <summary>The same task with other budgets, of which none was added.</summary>
    internal TaskPlan At(ImmutableArray<int> budgets) => this with { Facts = Facts with { Budgets = budgets }, AddedBudgets = [] };
}
