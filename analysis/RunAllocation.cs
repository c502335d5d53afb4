using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>What was decided: the content of <c>allocation.json</c>.</summary>
public sealed record RunAllocation
{
    /// <summary>Where the numbers come from: a run's id, or a workload file's name.</summary>
    public required string Source { get; init; }

    /// <summary>Hash of the fits that the allocation was made from; absent in files of schema 1.</summary>
    public string? FitsHash { get; init; }

    /// <summary>Whether they come from a simulation.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Whether the problems were the product's own samples.</summary>
    public required bool Samples { get; init; }

    /// <summary>Arrival rate λ of all queries.</summary>
    public required double ArrivalRatePerSecond { get; init; }

    /// <summary>Accuracy weight α in J.</summary>
    public required double AccuracyWeightSeconds { get; init; }

    /// <summary>Largest allowed budget ℓ_max.</summary>
    public required double MaxBudgetTokens { get; init; }

    /// <summary>Speed φ(1), …, φ(m) of a server with slots; absent for the paper's, which serves one query at a time.</summary>
    public ImmutableArray<double>? ServerSpeed { get; init; }

    /// <summary>J(ℓ*), equation (7).</summary>
    public required double Objective { get; init; }

    /// <summary>Utilization ρ at ℓ*.</summary>
    public required double Utilization { get; init; }

    /// <summary>Mean wait at ℓ* by P–K, in seconds.</summary>
    public required double MeanWaitSeconds { get; init; }

    /// <summary>Mean system time at ℓ*, in seconds.</summary>
    public required double MeanSystemTimeSeconds { get; init; }

    /// <summary>Mean accuracy at ℓ*.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Largest KKT residual at ℓ*, relative to the terms of its gradient; absent outside the paper's model.</summary>
    public double? KktResidual { get; init; }

    /// <summary>What the solver proved.</summary>
    public ProofStatus Proof { get; init; }

    /// <summary>What the bound rests on.</summary>
    public ProofBasis ProofBasis { get; init; }

    /// <summary>
    /// Upper bound in seconds on how far J(ℓ*) can be below the optimum of the fitted model; absent where nothing was proved.
    /// </summary>
    public double? GapBound { get; init; }

    /// <summary>Nodes of the branch and bound; 1 where no branching was needed.</summary>
    public int Nodes { get; init; }

    /// <summary>The tasks with their budgets.</summary>
    public required ImmutableArray<TaskAllocation> Tasks { get; init; }

    /// <summary>J at the best integer allocation.</summary>
    public required double IntegerObjective { get; init; }

    /// <summary>J at the best of the corners around ℓ*, equation (39); absent where there are too many tasks.</summary>
    public double? CornerObjective { get; init; }

    /// <summary>J at the rounded ℓ*, equation (40); absent where rounding leaves the stability region.</summary>
    public double? RoundedObjective { get; init; }

    /// <summary>Lower bound J̄(ℓ*), equation (41); absent where its condition does not hold.</summary>
    public double? LowerBound { get; init; }

    /// <summary>What sampling error does to the decision, by the re-optimised bootstrap; absent where no replicate was stable.</summary>
    public DecisionReport? Decision { get; init; }

    /// <summary>J of the best allocation over the measured budgets alone, without any curve: what the model costs or gains.</summary>
    public required double ModelFreeObjective { get; init; }

    /// <summary>Largest arrival rate at which ℓ* is stable; absent where its mean service time is 0.</summary>
    public double? StabilityLimitPerSecond { get; init; }

    /// <summary>Largest arrival rate at which any allocation is stable; absent where the mean service time without thinking is 0.</summary>
    public double? StabilityLimitWithoutThinkingPerSecond { get; init; }

    /// <summary>What the paper's own iterations do at this operating point.</summary>
    public required ImmutableArray<MethodOutcome> Methods { get; init; }

    /// <summary>Accuracy against mean system time as α runs.</summary>
    public required ImmutableArray<FrontierPoint> Frontier { get; init; }

    /// <summary>What 200 simulated queues of 10,000 queries at ℓ* say of the formulas; a disagreement is a finding.</summary>
    public required string QueueVerdict { get; init; }

    /// <summary>The best uniform budget, each task cut at its own largest; absent where none is stable.</summary>
    public UniformPoint? BestUniform { get; init; }

    /// <summary>J under uniform budgets; a budget that is not stable is left out.</summary>
    public required ImmutableArray<UniformAllocation> Uniform { get; init; }

    /// <summary>Uniform budgets of the paper at which the queue is not stable.</summary>
    public ImmutableArray<int> UnstableUniform { get; init; } = [];

    /// <summary>ℓ* as the arrival rate runs; empty in files of schema 1.</summary>
    public ImmutableArray<RatePoint> ByArrivalRate { get; init; } = [];

    /// <summary>J as one task's budget runs and the others stay at ℓ* (Fig. 4).</summary>
    public required BudgetSweep Sweep { get; init; }

    /// <summary>How many of the planned trials the run has; null where it has all.</summary>
    public Incompleteness? Incomplete { get; init; }

    /// <summary>
    /// Tasks that take no part, because too many of their trials are missing; the other shares were divided by their sum.
    /// </summary>
    public ImmutableArray<LeftOutTask> LeftOut { get; init; } = [];

    /// <summary>What a reader must know before using the numbers.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }
}

/// <summary>A task that takes no part in an allocation.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="DisplayName">Task name in tables and figures.</param>
/// <param name="Reason">Why.</param>
/// <param name="Share">Share of the queries that was asked for.</param>
public sealed record LeftOutTask(string Task, string DisplayName, string Reason, double Share);

/// <summary>One task's part of an allocation.</summary>
public sealed record TaskAllocation
{
    /// <summary>Task name in files.</summary>
    public required string Task { get; init; }

    /// <summary>Task name in tables and figures.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Share of the queries.</summary>
    public required double Probability { get; init; }

    /// <summary>ℓ*: from the curve, or the best measured budget where there is no identifiable curve.</summary>
    public required double BudgetTokens { get; init; }

    /// <summary>The best integer budget.</summary>
    public required int IntegerBudgetTokens { get; init; }

    /// <summary>The shape of its gain in the decision; empty in files of schema 1.</summary>
    public string Shape { get; init; } = "";

    /// <summary>Whether the budget is the best of the measured ones, because no curve could be used.</summary>
    public required bool Measured { get; init; }

    /// <summary>Whether ℓ* lies beyond the largest measured budget.</summary>
    public required bool Extrapolated { get; init; }

    /// <summary>The best budget over the measured ones alone, without any curve.</summary>
    public required int ModelFreeBudgetTokens { get; init; }

    /// <summary>dℓ*/dλ in tokens per query a second; absent where a bound or a measured budget holds the task.</summary>
    public double? BudgetPerArrivalRate { get; init; }

    /// <summary>dℓ*/dα in tokens per second; absent where a bound or a measured budget holds the task.</summary>
    public double? BudgetPerAccuracyWeight { get; init; }

    /// <summary>Accuracy at the budget on the shape; of measured points the pooled one, which does not fall.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Measured accuracy at the budget; absent where it was not measured there.</summary>
    public double? MeasuredAccuracy { get; init; }

    /// <summary>Service time at the budget, in seconds.</summary>
    public required double ServiceSeconds { get; init; }

    /// <summary>Variance of service times at the budget, in s², as P–K wants it.</summary>
    public required double ServiceVarianceSeconds2 { get; init; }

    /// <summary>Mean thinking tokens used at the budget under a cap, E[min(X, ℓ)]; absent otherwise.</summary>
    public double? MeanThinkingTokens { get; init; }
}

/// <summary>One of the paper's iterations at this operating point.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="Iterations">Iterations taken.</param>
/// <param name="ConditionHeld">Whether the theorem that promises convergence applied.</param>
/// <param name="Condition">That condition and its verdict.</param>
public sealed record MethodOutcome(string Method, SolverEnding Ending, int Iterations, bool ConditionHeld, string Condition)
{
    /// <summary>What came of it, in words.</summary>
    [JsonIgnore]
    public string Sentence =>
        $"{Method}: {Ending} after {Iterations} {(Iterations == 1 ? "iteration" : "iterations")}. {Condition}";
}
