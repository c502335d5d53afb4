using System.Collections.Immutable;
using Calibration.Harness;
using Calibration.Harness.Forecasting;
using Calibration.Results;

namespace Calibration.Calibrate.Planning;

/// <summary>All that <c>plan</c> found; in JSON it has these names.</summary>
internal sealed record PlanForecast
{
    /// <summary>The settings, with everything resolved.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>The first endpoint.</summary>
    public required EndpointFacts Endpoint { get; init; }

    /// <summary>Number of endpoints.</summary>
    public required int Endpoints { get; init; }

    /// <summary>The largest budget, in thinking tokens.</summary>
    public required int LongestTrace { get; init; }

    /// <summary>How fast the endpoint does the pieces of the plan.</summary>
    public required ServerPace Pace { get; init; }

    /// <summary>What the run costs.</summary>
    public required RunForecast Cost { get; init; }

    /// <summary>What does not fit the context, a sentence each; such a plan is refused by <c>run</c>.</summary>
    public required ImmutableArray<string> Misfits { get; init; }

    /// <summary>What less would cost.</summary>
    public required ImmutableArray<Saving> Savings { get; init; }

    /// <summary>The time limit of the run; absent where there is none.</summary>
    public double? LimitHours { get; init; }

    /// <summary>Problems that a wanted width of an interval needs.</summary>
    public ImmutableArray<WantedWidth> Widths { get; init; } = [];
}

/// <summary>A smaller plan.</summary>
/// <param name="Change">What changes, as an option where there is one.</param>
/// <param name="Cost">What it costs.</param>
internal sealed record Saving(string Change, RunForecast Cost)
{
    /// <summary>Plans with fewer problems, runs, budgets and timed problems, each less by about half.</summary>
    internal static ImmutableArray<Saving> Of(ExperimentPlan plan, ServerPace pace, int endpoints)
    {
        var savings = ImmutableArray.CreateBuilder<Saving>();
        int items = plan.Tasks.Max(task => task.Problems.Length), half = items / 2;
        if (half > 0)
            Add($"--items {half}", plan with { Tasks = [.. plan.Tasks.Select(task => WithItems(task, half))] });
        if (plan.Runs > 1)
            Add($"--runs {plan.Runs - 1}", plan with { Runs = plan.Runs - 1 });
        if (plan.Tasks.All(task => task.Budgets.Length > 2))
        {
            Add("without the largest budget of each task (--budgets)", WithBudgets(plan, budgets => budgets[..^1]));
            Add(
                "with every second budget, the largest kept (--budgets)",
                WithBudgets(plan, budgets => [.. budgets.Where((_, index) => (budgets.Length - 1 - index) % 2 == 0)]));
        }

        if (plan is { LatencyItems: > 3, Shard.MeasuresLatency: true })
            Add($"--latency-items {plan.LatencyItems / 2}", plan with { LatencyItems = Math.Max(2, plan.LatencyItems / 2) });
        return savings.ToImmutable();

        void Add(string change, ExperimentPlan smaller) => savings.Add(new Saving(change, Forecaster.Of(smaller, pace, endpoints)));
    }

    private static TaskPlan WithItems(TaskPlan task, int items) =>
        task with { Problems = [.. task.Problems.Take(items)] };

    private static ExperimentPlan WithBudgets(ExperimentPlan plan, Func<ImmutableArray<int>, ImmutableArray<int>> change) => plan with
    {
        Tasks = [.. plan.Tasks.Select(task => task with { Facts = task.Facts with { Budgets = change(task.Budgets) } })],
    };
}
