using System.Collections.Immutable;
using Calibration.Analysis.Counting;
using Calibration.Analysis.Policies;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>From fits to the allocation at one operating point: each optimisation is solved once.</summary>
internal sealed class Decision
{
    private const int StudyQueries = 10_000;

    private readonly RunFits _fits;
    private readonly RunRows _rows;
    private readonly AllocationRequest _request;
    private readonly TaskModels _models;
    private readonly ImmutableArray<TaskFits> _taking;
    private readonly ProvedAllocation _best;
    private readonly ProvedAllocation _integer;
    private readonly ProvedAllocation _modelFree;
    private readonly PaperView? _paper;
    private readonly (double BudgetTokens, double Objective)? _uniform;
    private DecisionReport? _intervals;

    /// <summary>Solves.</summary>
    /// <exception cref="AnalysisException">No allocation is possible; the message says why.</exception>
    internal Decision(RunFits fits, RunRows rows, AllocationRequest request, CancellationToken cancellationToken)
    {
        (_fits, _rows, _request, _models) = (fits, rows, request, new TaskModels(fits, rows, request.Point));
        _taking = _models.Taking();
        OperatingPoint point = request.Point;
        Workload = new Workload(point.ArrivalRatePerS, point.AccuracyWeightS, [.. _taking.Select(_models.Of)]) { Server = request.Server };
        var options = new SolverOptions { Cancellation = cancellationToken };
        _best = AllocationSolver.Solve(Workload, options);
        Feasibility.ThrowIfNone(_best);
        _integer = AllocationSolver.SolveInteger(Workload, options);
        MeasuredWorkload = Workload with { Tasks = [.. _taking.Select(_models.PointsOf)] };
        _modelFree = AllocationSolver.Solve(MeasuredWorkload, options);
        _paper = PaperView.Of(Workload, _best.Budgets);
        _uniform = UniformPolicy.Best(Workload);
    }

    /// <summary>What was solved.</summary>
    internal Workload Workload { get; }

    /// <summary>The same over the measured budgets alone.</summary>
    internal Workload MeasuredWorkload { get; }

    /// <summary>The best integer budgets, in the workload's order.</summary>
    internal ImmutableArray<double> IntegerBudgets => _integer.Budgets;

    /// <summary>ℓ* of a task; null where it takes no part.</summary>
    internal double? BudgetOf(string task) =>
        _taking.Select(taking => taking.Task).ToList().IndexOf(task) is var k and >= 0 ? _best.Budgets[k] : null;

    /// <summary>What other budgets give, and what they lose against the best.</summary>
    /// <param name="budgets">One per task, in the workload's order.</param>
    /// <param name="cancellationToken">Ends the bootstrap.</param>
    internal AllocationValue ValueOf(ImmutableArray<double> budgets, CancellationToken cancellationToken) =>
        new ValueBootstrap(new SolvedWorkload(Workload, _best, _uniform), DrawnTasks(), budgets).Run(_request.Seed, cancellationToken);

    /// <summary>One budget for all tasks, with its own bootstrap; null where it overloads the server.</summary>
    internal UniformAllocation? UniformOf(int budget, CancellationToken cancellationToken) =>
        PolicyCurves.Uniform(Workload, budget) is not { } there ? null : there with
        {
            ExtrapolatedTasks = [.. TasksMeasuredBelow(budget)],
            InterpolatedTasks = [.. TasksInterpolatedAt(budget)],
            Interval = ValueOf([.. _taking.Select(_ => (double)budget)], cancellationToken).Objective?.Interval,
        };

    /// <summary>Everything that is said of the decision.</summary>
    internal RunAllocation Conclude(CancellationToken cancellationToken)
    {
        Performance at = _best.Performance;
        Sensitivity? sensitivity = _paper is null ? null : Sensitivity.Of(_paper.Workload);
        DecisionReport? uncertainty = Intervals(cancellationToken);
        ImmutableArray<TaskAllocation> tasks = [.. _taking.Select((task, k) => TaskOf(task, k, sensitivity))];
        return new RunAllocation
        {
            Source = _fits.Run,
            Simulated = _fits.Simulated,
            Samples = _fits.Samples,
            ArrivalRatePerSecond = Workload.ArrivalRatePerSecond,
            AccuracyWeightSeconds = Workload.AccuracyWeightSeconds,
            MaxBudgetTokens = _request.Point.MaxBudgetTokens,
            ServerSpeed = Workload.Server.IsOneAtATime ? null : Workload.Server.Speed,
            Objective = at.Objective,
            Utilization = at.Utilization,
            MeanWaitSeconds = at.MeanWaitSeconds,
            MeanSystemTimeSeconds = at.MeanSystemTimeSeconds,
            Accuracy = at.Accuracy,
            Proof = _best.Status,
            ProofBasis = _best.Basis,
            GapBound = double.IsFinite(_best.GapBound) ? _best.GapBound : null,
            Nodes = _best.Nodes,
            KktResidual = _paper?.Best.KktResidual,
            Tasks = tasks,
            IntegerObjective = _integer.Performance.Objective,
            CornerObjective = _paper is null ? null : PaperCorners.Best(_paper.Workload, _paper.Best)?.Performance.Objective,
            RoundedObjective = _paper is null ? null : PaperCorners.Rounded(_paper.Workload, _paper.Best)?.Performance.Objective,
            LowerBound = _paper is null ? null : RoundingBound.At(_paper.Workload, _paper.Free(_best.Budgets.AsSpan())),
            Decision = uncertainty,
            ModelFreeObjective = _modelFree.Performance.Objective,
            StabilityLimitPerSecond = StabilityLimit.At(Workload, _best.Budgets.AsSpan()),
            StabilityLimitWithoutThinkingPerSecond = StabilityLimit.WithoutThinking(Workload),
            Methods = _paper?.Methods() ?? [],
            Frontier = PolicyCurves.ByWeight(Workload),
            ByArrivalRate = PolicyCurves.ByRate(Workload),
            QueueVerdict = QueueVerdict(cancellationToken),
            BestUniform = _uniform is { } best
                ? new UniformPoint(best.BudgetTokens, best.Objective) { Interval = uncertainty?.BestUniform?.Interval }
                : null,
            Uniform = [.. Uniform(uncertainty)],
            UnstableUniform = [.. AllowedUniform.Where(budget => PolicyCurves.Uniform(Workload, budget) is null)],
            Sweep = new Fig4Sweep(Workload, _best, _paper).Of(Swept(), _request.SweepTask, _request.Seed, cancellationToken),
            Incomplete = _fits.Incomplete,
            LeftOut =
            [
                .. from task in _fits.Tasks
                   where task.IsMissingData
                   let share = _models.AskedShareOf(task)
                   select new LeftOutTask(task.Task, task.DisplayName, task.Accuracy.Explanation, share),
            ],
            Warnings = Warnings.Of(_fits, tasks, uncertainty),
        };
    }

    private TaskAllocation TaskOf(TaskFits task, int k, Sensitivity? sensitivity)
    {
        TaskModel model = Workload.Tasks[k];
        double budget = _best.Budgets[k];
        (double accuracy, double mean, double square) = AnyBudget.At(model, budget);
        bool moves = sensitivity is not null && sensitivity.Free[k];
        return new TaskAllocation
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Probability = model.Probability,
            BudgetTokens = budget,
            IntegerBudgetTokens = (int)_integer.Budgets[k],
            Measured = model.Accuracy is PointAccuracy,
            Shape = model.Accuracy is PointAccuracy && task.Shape is not { Kind: ShapeKind.Points }
                ? "measured points"
                : task.Shape!.ShownName,
            Extrapolated = budget > task.Accuracy.Points[^1].BudgetTokens,
            ModelFreeBudgetTokens = (int)_modelFree.Budgets[k],
            BudgetPerArrivalRate = moves ? sensitivity!.PerArrivalRate[k] : null,
            BudgetPerAccuracyWeight = moves ? sensitivity!.PerAccuracyWeight[k] : null,
            Accuracy = accuracy,
            MeasuredAccuracy = MeasuredAt(task, budget),
            ServiceSeconds = mean,
            ServiceVarianceSeconds2 = Math.Max(0, square - (mean * mean)),
            MeanThinkingTokens = _fits.Semantics != BudgetSemantics.Cap ? null
                : model.Natural is null ? BudgetUse.MeanAt(task.Use, budget) : model.MeanTokensAt(budget),
        };
    }

    /// <summary>The paper's uniform policies; one that overloads the server is not among them.</summary>
    private IEnumerable<UniformAllocation> Uniform(DecisionReport? uncertainty) =>
        from budget in AllowedUniform
        let there = PolicyCurves.Uniform(Workload, budget)
        where there is not null
        select there with
        {
            ExtrapolatedTasks = [.. TasksMeasuredBelow(budget)],
            InterpolatedTasks = [.. TasksInterpolatedAt(budget)],
            Interval = uncertainty?.Uniform.FirstOrDefault(uniform => uniform.BudgetTokens == budget)?.Objective,
        };

    private IEnumerable<string> TasksMeasuredBelow(int budget) =>
        _taking.Where((task, k) => budget > task.Accuracy.Points[^1].BudgetTokens && !Workload.Tasks[k].IsUnlimitedAtLargest)
            .Select(task => task.DisplayName);

    private IEnumerable<string> TasksInterpolatedAt(int budget) =>
        _taking.Where((_, k) => AnyBudget.InterpolatedBetween(Workload.Tasks[k], budget) is not null).Select(task => task.DisplayName);

    private IEnumerable<int> AllowedUniform => PolicyCurves.PaperUniform.Where(budget => budget <= _request.Point.MaxBudgetTokens);

    private ImmutableArray<SweptTask> Swept() =>
        [.. _taking.Select(task => new SweptTask(task.Task, task.DisplayName, task.Accuracy.Points[^1].BudgetTokens))];

    private string QueueVerdict(CancellationToken cancellationToken) => QueueStudy.Run(
        Workload,
        _best.Budgets.AsSpan(),
        new SimulationOptions { Queries = StudyQueries, Seed = _request.Seed },
        cancellationToken: cancellationToken).Verdict;

    private static double? MeasuredAt(TaskFits task, double budget) =>
        task.Accuracy.Points.FirstOrDefault(point => point.BudgetTokens == budget) is { Answers: > 0 } point
            ? point.Correct / point.Answers
            : null;

    /// <summary>What sampling error does to the decision; null where no replicate is stable.</summary>
    internal DecisionReport? Intervals(CancellationToken cancellationToken) => _intervals ??= Bootstrapped(cancellationToken);

    private DecisionReport? Bootstrapped(CancellationToken cancellationToken)
    {
        var decided = new SolvedWorkload(Workload, _best, _uniform);
        var measured = new SolvedWorkload(MeasuredWorkload, _modelFree);
        var bootstrap = new DecisionBootstrap(decided, measured, DrawnTasks()) { UniformBudgets = [.. AllowedUniform] };
        return bootstrap.Run(_request.Seed, cancellationToken);
    }

    /// <summary>The tasks with what their uncertainty is drawn from.</summary>
    private ImmutableArray<DecisionTask> DrawnTasks() =>
    [
        .. _taking.Select((task, k) => new DecisionTask(Workload.Tasks[k], MeasuredWorkload.Tasks[k])
        {
            Answers = AccuracyBootstrap.Of([.. _rows.Of(task.Task).Cells], task.Accuracy.Method),
            Given = Workload.Tasks[k].Accuracy is PointAccuracy && TaskModels.LineOf(task) is null ? ShapeKind.Points
                : task.Shape is { Given: true, Kind: var kind } ? kind : null,
            ServiceTimes = TaskModels.LineOf(task) is null
                ? []
                : [.. task.Service.Points.Select(time => new ServiceObservation(time.Cluster, time.Tokens, time.Seconds))],
            ServiceFit = task.Service,
            Lengths = _rows.Of(task.Task).Lengths,
            LargestBudget = _fits.Semantics == BudgetSemantics.Cap
                ? Math.Min(_request.Point.MaxBudgetTokens, task.Accuracy.Points[^1].BudgetTokens)
                : _request.Point.MaxBudgetTokens,
        }),
    ];
}
