using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Settings;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>From <c>fits.json</c> to <c>allocation.json</c> and Table I at one operating point.</summary>
internal static class AllocateStage
{
    private const int SweepQueries = 10_000;

    /// <summary>Allocates, and writes the allocation and Table I into the point's own folder.</summary>
    /// <returns>No allocation where no task is left, because too many trials are missing of each.</returns>
    internal static async Task<(PointFolder Place, RunAllocation? Allocation)> RunAsync(RunFolder folder, RunFits fits, OperatingPoint point)
    {
        if (fits.Tasks.All(task => task.IsMissingData))
        {
            File.Delete(folder.In("allocation.json"));
            await TableFiles.WriteAsync(folder.Path, fits, allocation: null);
            return (new PointFolder(folder, ""), null);
        }

        RunAllocation allocation = Decide(fits, point) with { Decision = await DecisionIntervals.RunAsync(folder, fits, point) };
        PointFolder place = PointFolder.Of(folder, AllocationPoint.Of(allocation));
        await place.WriteAsync(fits, allocation);
        return (place, allocation);
    }

    /// <summary>The allocation at the run folder's own operating point.</summary>
    internal static RunAllocation Read(RunFolder folder) => new PointFolder(folder, "").ReadAllocation();

    private static RunAllocation Decide(RunFits fits, OperatingPoint point)
    {
        ImmutableArray<TaskChoice> choices = TaskChoices.Of(fits, point);
        if (choices.IsEmpty)
            throw new UserFault("--mix names only tasks that are left out for missing data: name others, or fit them with --accept-missing.");
        MixedAllocation mixed = MixedSolver.Solve(point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, choices);
        Allocation best = mixed.Allocation;
        WorkloadStage.ThrowIfInfeasible(best);
        IntegerAllocation integer = IntegerSolver.Solve(mixed.Workload);
        MeasuredAllocation modelFree = MeasuredSolver.Solve(
            point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, [.. choices.Select(choice => TaskChoices.MeasuredOf(FitsOf(fits, choice), TaskChoices.ShareOf(FitsOf(fits, choice), fits, point), point.MaxBudgetTokens))]);
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
            ArrivalRatePerSecond = point.ArrivalRatePerSecond,
            AccuracyWeightSeconds = point.AccuracyWeightSeconds,
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
            QueueVerdict = QueueStudy.Run(mixed.Workload, best.Budgets.AsSpan(), SweepQueries, seed: point.Seed).Verdict,
            Uniform = [.. Uniform(choices, point)],
            Sweep = Sweep(fits, choices, mixed, point),
            Incomplete = fits.Incomplete,
            LeftOut = [.. fits.Tasks.Where(task => task.IsMissingData).Select(task => new LeftOutTask(task.Task, task.DisplayName, task.Accuracy.Explanation, TaskChoices.AskedShareOf(task, fits, point)))],
            Warnings = [.. LeftOut(fits), .. Warnings(fits, tasks)],
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
            MeanThinkingTokens = fits.Semantics == BudgetSemantics.Cap
                ? BudgetUse.MeanAt(task.Use, budget)
                : null,
        };
    }

    /// <summary>The paper's uniform policies; one that overloads the server is left out.</summary>
    private static IEnumerable<UniformAllocation> Uniform(ImmutableArray<TaskChoice> choices, OperatingPoint point) =>
        from budget in (int[])[0, 100, 500]
        where budget <= point.MaxBudgetTokens
        let performance = At(choices, point, [.. Enumerable.Repeat((double)budget, choices.Length)]).Performance
        where performance.IsStable
        select new UniformAllocation(budget, performance.Objective);

    private static BudgetSweep Sweep(RunFits fits, ImmutableArray<TaskChoice> choices, MixedAllocation mixed, OperatingPoint point)
    {
        int swept = Enumerable.Range(0, choices.Length)
            .OrderByDescending(k => choices[k].Model is not null)
            .ThenByDescending(k => FitsOf(fits, choices[k]).Task == "gsm8k")
            .ThenByDescending(k => mixed.Budgets[k]).First();
        TaskFits task = FitsOf(fits, choices[swept]);
        int largest = Math.Clamp(Math.Min(task.Accuracy.Points[^1].BudgetTokens, (int)point.MaxBudgetTokens), 1, 1_000);
        var points = ImmutableArray.CreateBuilder<SweepPoint>();
        for (int step = 0; step <= 100; step++)
        {
            double[] budgets = [.. mixed.Budgets];
            budgets[swept] = largest * step / 100.0;
            (Workload workload, double[] free, Performance performance) = At(choices, point, budgets);
            if (!performance.IsStable)
                break;
            double? simulated = step % 5 == 0 ? Simulate(workload, free, point, step) : null;
            points.Add(new SweepPoint(budgets[swept], performance.Objective, RoundingBound.At(workload, free), simulated));
        }

        return new BudgetSweep(task.Task, task.DisplayName, mixed.Budgets[swept], SweepQueries, points.ToImmutable());
    }

    private static double Simulate(Workload workload, double[] budgets, OperatingPoint point, int step)
    {
        SimulatedOutcome outcome = QueueSimulation.Run(workload, budgets, SweepQueries, SweepQueries / 10, unchecked((point.Seed * 1_000) + step));
        return (point.AccuracyWeightSeconds * outcome.Accuracy) - outcome.MeanSystemTimeSeconds;
    }

    /// <summary>Tasks held at measured budgets become constants, whose free budget is 0.</summary>
    private static (Workload Workload, double[] Free, Performance Performance) At(ImmutableArray<TaskChoice> choices, OperatingPoint point, double[] budgets)
    {
        var workload = new Workload(point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, [.. choices.Select((choice, k) => choice.At(budgets[k]))]);
        double[] free = [.. budgets.Select((budget, k) => choices[k].Measured is null ? budget : 0)];
        return (workload, free, workload.At(free));
    }

    private static TaskFits FitsOf(RunFits fits, TaskChoice choice) =>
        fits.Tasks.First(task => task.Task == (choice.Model?.Task ?? choice.Measured!.Task));

    private static IEnumerable<string> LeftOut(RunFits fits) =>
        fits.Tasks.Where(task => task.IsMissingData).Select(task => $"{task.DisplayName} takes no part in the allocation; the other shares are divided by their sum. {task.Accuracy.Explanation}");

    private static IEnumerable<string> Warnings(RunFits fits, ImmutableArray<TaskAllocation> tasks)
    {
        foreach (TaskAllocation task in tasks)
        {
            TaskFits fit = fits.Tasks.First(candidate => candidate.Task == task.Task);
            bool isTimed = fit.Service.Verdict != Verdict.NotIdentifiable;
            if (!isTimed)
                yield return $"{task.DisplayName}: its service times do not determine t0 + cℓ, and it is held at the best of its measured budgets, with the times measured there. {fit.Service.Explanation}";
            if (task.Measured && (isTimed || fit.Accuracy.Verdict == Verdict.NotIdentifiable))
                yield return $"{task.DisplayName} has no identifiable curve and is held at the best of its measured budgets: {fit.Accuracy.Explanation}";
            else if (!task.Measured && fit.Accuracy.Verdict == Verdict.LackOfFit)
                yield return $"{task.DisplayName}: the data reject the exponential curve that its budget rests on. {fit.Accuracy.Explanation}";
            if (task.Extrapolated)
                yield return string.Create(CultureInfo.InvariantCulture, $"{task.DisplayName}: ℓ* = {task.BudgetTokens:0.0} lies beyond the largest measured budget, {fit.Accuracy.Points[^1].BudgetTokens}; it is extrapolated.");
            if (fit.Service.Verdict == Verdict.LackOfFit)
                yield return $"{task.DisplayName}: service times are not affine in the thinking tokens. {fit.Service.Explanation}";
            if (fit.Prefix.Missed > 0)
                yield return $"{task.DisplayName}: {fit.Prefix.Missed} of {fit.Prefix.Answers} service times with thinking hold tokens that were computed twice, up to {fit.Prefix.MostTokens}: the answer's request did not find its own prompt and thinking in the server's prefix cache. c is too high by that.";
            int unusable = fit.Trials.Where(pair => pair.Key is not (nameof(TrialStatus.Ok) or nameof(TrialStatus.NoAnswer))).Sum(pair => pair.Value) + fit.ServiceExcluded;
            if (unusable > 0)
                yield return $"{task.DisplayName}: {unusable} trials and service times are not in the fits ({string.Join(", ", fit.Trials.Select(pair => $"{pair.Value} {pair.Key}"))}; {fit.ServiceExcluded} service times).";
        }

        if (fits.Semantics == BudgetSemantics.Cap)
            yield return "Budgets are caps: where thinking ends early, t0 + cℓ overstates the service time; the mean tokens used are printed beside each budget.";
    }
}
