using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>
/// The bootstrap through to the decision: each replicate draws every task's answers, traces and lengths anew, lets its answers choose the
/// shape, and optimises again. Replicate i depends on the seed and i only.
/// </summary>
/// <param name="decided">What was decided on.</param>
/// <param name="measured">The same over the measured budgets alone.</param>
/// <param name="tasks">The tasks of the decision.</param>
internal sealed class DecisionBootstrap(SolvedWorkload decided, SolvedWorkload measured, ImmutableArray<DecisionTask> tasks)
{
    private const double Level = 0.95;
    private const double NormalQuantile = 1.959963984540054;

    /// <summary>In a replicate a gap far below the bootstrap's own noise is enough.</summary>
    internal static SolverOptions Options { get; } = new(1e-6);

    /// <summary>Number of replicates.</summary>
    internal int Replicates { get; init; } = 2_000;

    /// <summary>Uniform budgets whose J is wanted too.</summary>
    internal ImmutableArray<int> UniformBudgets { get; init; } = [];

    /// <summary>Threads; all processors by default.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Runs the bootstrap.</summary>
    /// <returns>The intervals; null where fewer than two replicates were stable.</returns>
    internal DecisionReport? Run(int seed, CancellationToken cancellationToken = default)
    {
        var outcomes = new Outcome?[Replicates];
        int workers = Math.Clamp(Threads, 1, Replicates);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        Parallel.For(0, workers, parallel, worker =>
        {
            TaskDraw[] draw = [.. tasks.Select((task, k) => new TaskDraw(task, SeedOf(seed, k, part: 0), SeedOf(seed, k, part: 1)))];
            for (int i = worker; i < Replicates; i += workers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                outcomes[i] = Decide(draw, i);
            }
        });
        Outcome[] stable = [.. outcomes.OfType<Outcome>()];
        return stable.Length < 2 ? null : Report(stable);
    }

    private DecisionReport Report(Outcome[] stable)
    {
        double objective = decided.Best.Performance.Objective, modelFree = measured.Best.Performance.Objective;
        double? gain = decided.Uniform is { } uniform ? objective - uniform.Objective : null;
        Outcome[] gained = [.. stable.Where(outcome => outcome.Gain.IsFinite)];
        return new DecisionReport
        {
            Replicates = stable.Length,
            Infeasible = Replicates - stable.Length,
            Level = Level,
            Tasks =
            [
                .. tasks.Select((task, k) => new DecidedBudget(
                    task.Model.Task,
                    Percentiles([.. stable.Select(outcome => outcome.Budgets[k])]),
                    stable.Count(outcome => outcome.Budgets[k] <= 0) / (double)stable.Length)),
            ],
            Objective = Corrected(objective, stable.Select(outcome => outcome.Objective)),
            GainOverUniform = gain is { } raw && gained.Length >= 2 ? Corrected(raw, gained.Select(outcome => outcome.Gain)) : null,
            BestUniform = decided.Uniform is { } same && gained.Length >= 2
                ? Corrected(same.Objective, gained.Select(outcome => outcome.BestUniform))
                : null,
            Uniform = [.. UniformBudgets.Select((_, i) => UniformOf(stable, i)).OfType<DecidedUniform>()],
            ModelFreeDifference = Corrected(modelFree - objective, stable.Select(outcome => outcome.Difference)),
        };
    }

    private DecidedUniform? UniformOf(Outcome[] stable, int index)
    {
        double[] values = [.. stable.Select(outcome => outcome.Uniform[index]).Where(double.IsFinite)];
        return 2 * values.Length < stable.Length ? null : new DecidedUniform(UniformBudgets[index], Percentiles(values));
    }

    private Outcome? Decide(TaskDraw[] draw, int index)
    {
        (TaskModel Model, TaskModel Measured)[] drawn = [.. draw.Select(task => task.Next(index))];
        Workload own = decided.Workload with { Tasks = [.. drawn.Select(task => task.Model)] };
        Workload points = measured.Workload with { Tasks = [.. drawn.Select(task => task.Measured)] };
        ProvedAllocation best = AllocationSolver.Solve(own, Options), free = AllocationSolver.Solve(points, Options);
        if (best.Status == ProofStatus.Infeasible || free.Status == ProofStatus.Infeasible)
            return null;
        double onData = AnyBudget.At(decided.Workload, best.Budgets.AsSpan()).Objective;
        double freeOnData = AnyBudget.At(measured.Workload, free.Budgets.AsSpan()).Objective;
        if (!double.IsFinite(onData) || !double.IsFinite(freeOnData))
            return null;
        double objective = best.Performance.Objective;
        (double BudgetTokens, double Objective)? uniform = UniformPolicy.Best(own);
        Pair bestUniform = uniform is { } same
            ? new Pair(same.Objective, UniformPolicy.At(decided.Workload, same.BudgetTokens))
            : new Pair(double.NaN, double.NaN);
        return new Outcome(
            best.Budgets,
            new Pair(objective, onData),
            new Pair(objective - bestUniform.Own, onData - bestUniform.OnData),
            new Pair(free.Performance.Objective - objective, freeOnData - onData))
        {
            BestUniform = bestUniform,
            Uniform = [.. UniformBudgets.Select(budget => UniformPolicy.At(own, budget))],
        };
    }

    /// <summary>A replicate's optimum flatters it as the data's own flatters them: the mean difference is taken off.</summary>
    private static CorrectedValue Corrected(double raw, IEnumerable<Pair> replicates)
    {
        Pair[] pairs = [.. replicates];
        double optimism = pairs.Average(pair => pair.Own - pair.OnData), mean = pairs.Average(pair => pair.Own);
        double deviation = Math.Sqrt(pairs.Sum(pair => (pair.Own - mean) * (pair.Own - mean)) / (pairs.Length - 1));
        double half = NormalQuantile * deviation;
        return new CorrectedValue(raw, optimism, deviation, new Interval(raw - optimism - half, raw - optimism + half));
    }

    private static Interval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new Interval(Quantiles.OfSorted(values, (1 - Level) / 2), Quantiles.OfSorted(values, (1 + Level) / 2));
    }

    /// <summary>A seed of its own for every task and part, in bits of their own.</summary>
    private static ulong SeedOf(int seed, int task, int part) => ((ulong)(uint)seed << 32) | ((ulong)(uint)task << 1) | (uint)part;

    /// <summary>A replicate's own value, and that of its choice on the data.</summary>
    private readonly record struct Pair(double Own, double OnData)
    {
        internal bool IsFinite => double.IsFinite(Own) && double.IsFinite(OnData);
    }

    private sealed record Outcome(ImmutableArray<double> Budgets, Pair Objective, Pair Gain, Pair Difference)
    {
        internal required Pair BestUniform { get; init; }

        internal required ImmutableArray<double> Uniform { get; init; }
    }
}
