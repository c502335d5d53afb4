using System.Collections.Immutable;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>From fits to the allocation at one operating point.</summary>
internal static class Decision
{
    private const int StudyQueries = 10_000;

    internal static RunAllocation Of(RunFits fits, AllocationRequest request)
    {
        OperatingPoint point = request.Point;
        ImmutableArray<TaskChoice> choices = TaskChoices.Of(fits, point);
        if (choices.IsEmpty)
        {
            throw new AnalysisException(
                "{Mix} names only tasks that are left out for missing data: name others, or fit them with {AcceptMissing}.");
        }

        MixedAllocation mixed = MixedSolver.Solve(point.ArrivalRatePerS, point.AccuracyWeightS, choices);
        Allocation best = mixed.Allocation;
        Feasibility.ThrowIfNone(best);
        IntegerAllocation integer = IntegerSolver.Solve(mixed.Workload);
        MeasuredAllocation modelFree = MeasuredSolver.Solve(
            point.ArrivalRatePerS, point.AccuracyWeightS, [.. choices.Select(choice => MeasuredOf(FitsOf(fits, choice), fits, point))]);
        Sensitivity? sensitivity = Sensitivity.Of(mixed.Workload);
        Performance at = best.Performance;
        ImmutableArray<TaskAllocation> tasks = [.. choices.Select((choice, k) => TaskOf(fits, choice, mixed, integer, k) with
        {
            ModelFreeBudgetTokens = modelFree.Budgets[k],
            BudgetPerArrivalRate = sensitivity is not null && sensitivity.Free[k] ? sensitivity.PerArrivalRate[k] : null,
            BudgetPerAccuracyWeight = sensitivity is not null && sensitivity.Free[k] ? sensitivity.PerAccuracyWeight[k] : null,
        })];
        return new RunAllocation
        {
            Source = fits.Run,
            Simulated = fits.Simulated,
            Samples = fits.Samples,
            ArrivalRatePerSecond = point.ArrivalRatePerS,
            AccuracyWeightSeconds = point.AccuracyWeightS,
            MaxBudgetTokens = point.MaxBudgetTokens,
            Objective = at.Objective,
            Utilization = at.Utilization,
            MeanWaitSeconds = at.MeanWaitSeconds,
            MeanSystemTimeSeconds = at.MeanSystemTimeSeconds,
            Accuracy = at.Accuracy,
            KktResidual = best.KktResidual,
            GapBound = best.GapBound,
            Tasks = tasks,
            IntegerObjective = integer.Performance.Objective,
            CornerObjective = IntegerSolver.BestCorner(mixed.Workload, best)?.Performance.Objective,
            RoundedObjective = IntegerSolver.Rounded(mixed.Workload, best)?.Performance.Objective,
            LowerBound = RoundingBound.At(mixed.Workload, best.Budgets.AsSpan()),
            ModelFreeObjective = modelFree.Performance.Objective,
            StabilityLimitPerSecond = StabilityLimit.At(mixed.Workload, best.Budgets.AsSpan()),
            StabilityLimitWithoutThinkingPerSecond = StabilityLimit.WithoutThinking(mixed.Workload),
            Methods = PaperMethods.Of(mixed.Workload),
            Frontier = PaperMethods.Frontier(mixed.Workload),
            QueueVerdict = QueueStudy.Run(mixed.Workload, best.Budgets.AsSpan(), StudyQueries, seed: request.Seed).Verdict,
            Uniform = [.. Uniform(choices, point)],
            Sweep = Fig4Sweep.Of(fits, choices, mixed, request),
            Incomplete = fits.Incomplete,
            LeftOut =
            [
                .. from task in fits.Tasks
                   where task.IsMissingData
                   let share = TaskChoices.AskedShareOf(task, fits, point)
                   select new LeftOutTask(task.Task, task.DisplayName, task.Accuracy.Explanation, share),
            ],
            Warnings = Warnings.Of(fits, tasks),
        };
    }

    private static TaskAllocation TaskOf(RunFits fits, TaskChoice choice, MixedAllocation mixed, IntegerAllocation integer, int k)
    {
        TaskFits task = FitsOf(fits, choice);
        TaskModel model = mixed.Workload.Tasks[k];
        double budget = mixed.Budgets[k];
        bool measured = choice.Measured is not null;
        double at = measured ? 0 : budget;
        return new TaskAllocation
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Probability = model.Probability,
            BudgetTokens = budget,
            IntegerBudgetTokens = measured ? (int)budget : integer.Budgets[k],
            Measured = measured,
            ModelFreeBudgetTokens = 0,
            Extrapolated = !measured && budget > task.Accuracy.Points[^1].BudgetTokens,
            Accuracy = model.Accuracy.At(at),
            ServiceSeconds = model.Service.At(at),
            ServiceVarianceSeconds2 = model.ServiceVariance,
            MeanThinkingTokens = fits.Semantics == BudgetSemantics.Cap ? BudgetUse.MeanAt(task.Use, budget) : null,
        };
    }

    /// <summary>The paper's uniform policies; one that overloads the server is left out.</summary>
    private static IEnumerable<UniformAllocation> Uniform(ImmutableArray<TaskChoice> choices, OperatingPoint point) =>
        from budget in (int[])[0, 100, 500]
        where budget <= point.MaxBudgetTokens
        let performance = Fig4Sweep.At(choices, point, [.. Enumerable.Repeat((double)budget, choices.Length)]).Performance
        where performance.IsStable
        select new UniformAllocation(budget, performance.Objective);

    private static MeasuredTask MeasuredOf(TaskFits task, RunFits fits, OperatingPoint point) =>
        TaskChoices.MeasuredOf(task, TaskChoices.ShareOf(task, fits, point), point.MaxBudgetTokens);

    internal static TaskFits FitsOf(RunFits fits, TaskChoice choice) =>
        fits.Tasks.First(task => task.Task == (choice.Model?.Task ?? choice.Measured!.Task));
}
