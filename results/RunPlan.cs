namespace Calibration.Results;

/// <summary>How a run asks its questions, as its manifest stores it; the tasks with their budgets stand beside it.</summary>
public sealed record RunPlan
{
    /// <summary>How prompts travel.</summary>
    public required Road Road { get; init; }

    /// <summary>Independent repetitions of every problem, at least 1.</summary>
    public required int Runs { get; init; }

    /// <summary>What a budget means.</summary>
    public required BudgetSemantics Semantics { get; init; }

    /// <summary>Seed that all others follow from.</summary>
    public required int Seed { get; init; }

    /// <summary>Maximum number of requests in flight per endpoint in the accuracy pass; it changes no result.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Problems per task in the latency pass.</summary>
    public required int LatencyItems { get; init; }

    /// <summary>Whether every budget has a trace of its own.</summary>
    public required bool Independent { get; init; }

    /// <summary>The part of the plan that the run does.</summary>
    public required Shard Shard { get; init; }

    /// <summary>Largest budget in tokens that every trace of the latency pass reaches.</summary>
    public required int LatencyBudgetLimit { get; init; }
}

/// <summary>One of several parts of a plan that run apart, such as the jobs of an array; merged by <c>calibrate merge</c>.</summary>
/// <param name="Index">Number of this part, from 1.</param>
/// <param name="Count">Number of parts.</param>
public sealed record Shard(int Index, int Count)
{
    /// <summary>The whole plan.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>The latency pass stays on one endpoint: the first part's.</summary>
    public bool MeasuresLatency => Index == 1;

    /// <summary>Whether this part does a group, by the group's position in the plan.</summary>
    public bool Has(int position) => position % Count == Index - 1;
}

/// <summary>Sampling, sent in full with every request and stored, because servers take defaults from the model.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Nucleus mass, in (0, 1].</param>
/// <param name="TopK">Most likely tokens kept; 0 keeps all.</param>
/// <param name="MinP">Least probability relative to the most likely token, in [0, 1].</param>
public sealed record SamplingSettings(double Temperature, double TopP, int TopK, double MinP)
{
    /// <summary>The paper's temperature 0.1; top-p, top-k and min-p of Qwen3's model card (which itself names temperature 0.6).</summary>
    public static SamplingSettings Paper { get; } = new(0.1, 0.95, 20, 0);
}
