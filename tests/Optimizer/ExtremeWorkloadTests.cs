using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>Finite input gives finite output, and a certificate is never better than the truth.</summary>
public sealed class ExtremeWorkloadTests
{
    [Theory]
    [InlineData(1e300)]
    [InlineData(1e6)]
    [InlineData(1e-12)]
    public void IntegerSolve_AnyRate_IsTheBruteForceOptimumOrStatesItsGap(double rate)
    {
        var workload = new Workload(0.1, 30, [Task(rate, 0.5), Task(0.01, 0.5)]);
        double best = Enumerable.Range(0, 41).SelectMany(i => Enumerable.Range(0, 41), (i, j) => workload.At([i, j]).Objective).Max();
        ProvedAllocation found = AllocationSolver.SolveInteger(workload);
        Assert.InRange(best, found.Performance.Objective - 1e-12, found.UpperBound + 1e-12);
        Assert.Equal(best, found.Performance.Objective, 1e-9 * Math.Max(1, Math.Abs(best)));

        static TaskModel Task(double b, double share) =>
            new("t", share, new ExponentialAccuracy(0.5, b, 0.2), new ServiceTimeLine(0.1, 0.01), 40);
    }

    [Fact]
    public void Solve_FractionalLargestBudget_RoundsInsideIt()
    {
        // Thinking pays beyond every bound: ℓ* is the fractional bound itself, and the paper's roundings would step over it.
        for (int instance = 0; instance < 200; instance++)
        {
            var random = new Xoshiro256StarStar(60_000 + instance, false);
            Workload workload = RandomWorkload.Draw(random, 1 + random.Next(5));
            workload = workload with
            {
                Tasks = [.. workload.Tasks.Select(task => task with { MaxBudgetTokens = 20 * random.NextDouble() })],
            };
            Allocation relaxed = NewtonSolver.Solve(workload);
            double ceiling = relaxed.Performance.Objective + relaxed.GapBound + 1e-9;
            ProvedAllocation best = AllocationSolver.SolveInteger(workload);
            IntegerAllocation?[] projections = [PaperCorners.Best(workload, relaxed), PaperCorners.Rounded(workload, relaxed)];
            (double Objective, double[] Budgets)[] all =
            [
                (best.Performance.Objective, [.. best.Budgets]),
                .. projections.OfType<IntegerAllocation>().Select(whole =>
                    (whole.Performance.Objective, whole.Budgets.Select(budget => (double)budget).ToArray())),
            ];
            foreach ((double objective, double[] budgets) in all)
            {
                Assert.True(objective <= ceiling, $"instance {instance}");
                Assert.True(
                    budgets.Select((budget, k) => budget <= workload.Tasks[k].MaxBudgetTokens).All(inside => inside),
                    $"instance {instance}");
            }
        }
    }

    [Fact]
    public void Everything_AtTheEdgesOfTheAllowedRange_IsFinite()
    {
        double[] rates = [1e-12, 1e-3, 1e6], times = [0, 1e-3, 1e9], perToken = [1e-12, 0.01, 1e9], spreads = [0, 1e-6, 1e9], lambdas =
        [
            1e-12, 0.1, 1e9,
        ], weights = [1e-9, 30, 1e12], limits = [0, 0.5, 300, int.MaxValue];
        for (int instance = 0; instance < 3_000; instance++)
        {
            var random = new Xoshiro256StarStar(70_000 + instance, false);
            double first = Of([1e-12, 0.5, 0.999]);
            ImmutableArray<TaskModel> tasks = [.. new[] { first, 1 - first }.Select((share, k) => new TaskModel(
                "t" + k, share, new ExponentialAccuracy(Of([0, 1e-9, 0.6]), Of(rates), Of([0, 0.4])), new ServiceTimeLine(
                    Of(times), Of(perToken)), Of(limits)) { ServiceVariance = Math.Pow(Of(spreads), 2) })];
            var workload = new Workload(Of(lambdas), Of(weights), tasks);
            Allocation best = NewtonSolver.Solve(workload);
            if (best.Ending == SolverEnding.Infeasible)
                continue;
            string place =
                $"instance {instance}: {workload.ArrivalRatePerSecond} {workload.AccuracyWeightSeconds} {string.Join(' ', tasks)}";
            ProvedAllocation whole = AllocationSolver.SolveInteger(workload, new SolverOptions(NodeLimit: 200));
            Performance at = best.Performance;
            Finite(
                place,
                at.Objective,
                at.Utilization,
                at.MeanSystemTimeSeconds,
                at.Accuracy,
                best.KktResidual,
                best.GapBound,
                whole.Performance.Objective,
                whole.GapBound);
            Finite(place, [.. best.Budgets]);
            Finite(
                place,
                RoundingBound.At(workload, best.Budgets.AsSpan()) ?? 0,
                StabilityLimit.At(workload, best.Budgets.AsSpan()) ?? 0,
                StabilityLimit.WithoutThinking(workload) ?? 0);
            Sensitivity moves = Sensitivity.Of(workload)!;
            Finite(place, [.. moves.PerArrivalRate, .. moves.PerAccuracyWeight]);
            MethodResult fixedPoint = FixedPointMethod.Solve(workload, iterationLimit: 50), ascent = GradientAscentMethod.Solve(
                workload, iterationLimit: 50);
            Finite(place, [.. fixedPoint.Budgets, .. ascent.Budgets, FixedPointMethod.SpectralRadius(workload, best.Budgets.AsSpan())
                ?? 0]);
            var plan = new QueuePlan(workload, best.Budgets.AsSpan(), null, ServiceLaw.Model);
            Finite(place, [.. plan.LogMean, .. plan.LogDeviation, .. plan.Seconds, plan.Predicted.MeanWaitSeconds]);

            double Of(double[] values) => values[random.Next(values.Length)];
        }

        static void Finite(string place, params double[] values) =>
            Assert.True(values.All(double.IsFinite), $"{place}: {string.Join(", ", values)}");
    }

    [Fact]
    public void Simulate_NoTimeInTheMean_IsNoTime()
    {
        var workload = new Workload(
            1,
            30,
            [new TaskModel("t", 1, new ExponentialAccuracy(0.5, 0.01, 0.2), new ServiceTimeLine(0, 0.01), 100) { ServiceVariance = 0.04 }]);
        QueueReport report = QueueStudy.Run(
            workload,
            [0],
            new SimulationOptions { Queries = 100, Replications = 3 },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            (0, 0, 0, 0),
            (report.WaitSeconds.Mean, report.SystemTimeSeconds.High, report.Predicted.MeanWaitSeconds,
            report.Tasks[0].PredictedSystemTimeSeconds));
    }
}
