using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Analysis;

/// <summary>
/// One invented experiment of a scenario at λ = 0.1 and α = 30: answers and service times of six tasks, the decision on them, and whether
/// its intervals hold the true values of what was decided.
/// </summary>
/// <param name="scenario">What is true.</param>
/// <param name="size">Problems per task, and runs of each.</param>
internal sealed class DecisionStudy(DecisionScenario scenario, (int Problems, int Runs) size)
{
    private const double Rate = 0.1;
    private const double Weight = 30;
    private const int MaxBudget = 32_768;

    private static readonly AccuracyFitOptions Options = new() { CompareRivals = false };

    private readonly DecisionTruth _truth = new(scenario, Weight);

    /// <summary>Replicates of each bootstrap.</summary>
    internal int Replicates { get; init; } = 100;

    /// <summary>The decision over the shapes, and that over the measured budgets.</summary>
    internal (Outcome Shapes, Outcome Measured) Run(int seed)
    {
        ImmutableArray<DecisionTask> tasks = [.. Draw(seed).Select(task => task.Task)];
        SolvedWorkload decided = Solve(tasks, task => task.Model), free = Solve(tasks, task => task.Measured);
        ImmutableArray<DecisionTask> points = [.. tasks.Select(task => task with { Model = task.Measured, Given = ShapeKind.Points })];
        return (Judge(decided, free, tasks, seed), Judge(free, free, points, seed));
    }

    /// <summary>True J of budgets.</summary>
    internal double TrueValueOf(ImmutableArray<double> budgets) => _truth.At(budgets.AsSpan());

    /// <summary>The best true J.</summary>
    internal double BestTrueValue => _truth.Best;

    internal static SolvedWorkload Solve(ImmutableArray<DecisionTask> tasks, Func<DecisionTask, TaskModel> model)
    {
        var workload = new Workload(Rate, Weight, [.. tasks.Select(model)]);
        return new SolvedWorkload(workload, AllocationSolver.Solve(workload), UniformPolicy.Best(workload));
    }

    /// <summary>One experiment's data and fits.</summary>
    internal ImmutableArray<DrawnExperiment> Draw(int seed)
    {
        var random = new Xoshiro256StarStar(seed, false);
        return [.. SyntheticTask.All.Select((_, k) => Draw(k, random))];
    }

    private DrawnExperiment Draw(int k, Xoshiro256StarStar random)
    {
        SyntheticTask task = SyntheticTask.All[k];
        AccuracyCell[] cells = SyntheticTraces.Nested(scenario.Curves[k], task.Budgets, size.Problems, size.Runs, 0.6, random);
        List<ServiceObservation> times = SyntheticServices.Draw(
            DecisionScenario.Lines[k], task.Largest, 10, 0.02, 0.01, 0.005, random);
        ServiceTimeFit service = ServiceTimeFitter.Fit(times);
        ShapeChoice choice = AccuracyShapeFitter.Choose(cells, options: Options);
        double largest = choice.Fall is { } fall ? Math.Min(fall.PeakTokens, MaxBudget) : MaxBudget;
        var model = new TaskModel(task.Name, 1 / 6.0, choice.Shape, service.Line!, largest);
        var points = (PointAccuracy)AccuracyShapeFitter.Choose(cells, ShapeKind.Points, Options).Shape;
        var drawn = new DecisionTask(model, model with { Accuracy = points, MaxBudgetTokens = points.LargestBudget })
        {
            Answers = AccuracyBootstrap.Of(cells),
            ServiceTimes = [.. times],
            ServiceFit = service,
            LargestBudget = MaxBudget,
        };
        return new DrawnExperiment(cells, choice.Exponential, service, drawn);
    }

    private Outcome Judge(SolvedWorkload decided, SolvedWorkload measured, ImmutableArray<DecisionTask> tasks, int seed)
    {
        var bootstrap = new DecisionBootstrap(decided, measured, tasks) { Replicates = Replicates, Threads = 1 };
        DecisionReport report = bootstrap.Run(seed)!;
        double objective = _truth.At(decided.Best.Budgets.AsSpan());
        double uniform = _truth.At([.. decided.Workload.Tasks.Select(task =>
            Math.Clamp(decided.Uniform!.Value.BudgetTokens, task.MinBudgetTokens, task.LargestKnownTokens))]);
        return new Outcome(new Covered(report.Objective, objective), new Covered(report.GainOverUniform!, objective - uniform));
    }

    /// <summary>What an experiment said of J at its allocation and of the gain over its best uniform budget.</summary>
    internal sealed record Outcome(Covered Objective, Covered Gain);

    /// <summary>A value with its interval beside the truth.</summary>
    internal sealed record Covered(CorrectedValue Said, double Truth)
    {
        internal bool Holds => Said.Interval.Low <= Truth && Truth <= Said.Interval.High;
    }

    /// <summary>One task of an experiment.</summary>
    internal sealed record DrawnExperiment(AccuracyCell[] Cells, AccuracyFit Accuracy, ServiceTimeFit Service, DecisionTask Task);
}
