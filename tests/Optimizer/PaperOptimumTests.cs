using System.Collections.Immutable;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The numbers that the paper's Table I implies, computed elsewhere in extended precision with another solver.</summary>
public sealed class PaperOptimumTests
{
    private static readonly double[] Optimum = [0, 340.889819473, 0, 0, 346.241368974, 30.136259934];

    [Fact]
    public void Solve_PaperOperatingPoint_GivesTheReferenceOptimum()
    {
        Allocation allocation = NewtonSolver.Solve(PaperWorkload());

        Assert.Equal(SolverEnding.Converged, allocation.Ending);
        for (int k = 0; k < Optimum.Length; k++)
            Assert.Equal(Optimum[k], allocation.Budgets[k], 1e-9 * Math.Max(1, Optimum[k]));
        Close(9.754203068445548, allocation.Performance.Objective);
        Close(1.7161222222915706, allocation.Performance.MeanServiceSeconds);
        Close(7.6582969336599245, allocation.Performance.MeanSquareServiceSeconds2);
        Close(0.17161222222915706, allocation.Performance.Utilization);
        Close(0.4622410626499152, allocation.Performance.MeanWaitSeconds);
        Close(2.178363284941486, allocation.Performance.MeanSystemTimeSeconds);
        Close(0.3977522117795677, allocation.Performance.Accuracy);
        Assert.InRange(allocation.KktResidual, 0, 1e-9);
        Assert.InRange(allocation.GapBound, 0, 1e-9);
    }

    [Theory]
    [InlineData(0, 5.831646356436635)]
    [InlineData(100, 8.239312093812993)]
    [InlineData(500, 1.7938883256198803)]
    public void At_UniformBudget_GivesTheReferenceObjective(double budget, double objective) =>
        Close(objective, PaperWorkload().At(Enumerable.Repeat(budget, 6).ToArray()).Objective);

    [Fact]
    public void At_PapersRoundedAllocation_GivesTheReferenceObjective() =>
        Close(9.754193509699526, PaperWorkload().At([0, 340.5, 0, 0, 345.0, 30.1]).Objective);

    [Fact]
    public void IntegerSolve_PaperOperatingPoint_GivesTheReferenceIntegers()
    {
        Workload workload = PaperWorkload();
        Allocation relaxed = NewtonSolver.Solve(workload);
        ProvedAllocation best = AllocationSolver.SolveInteger(workload);

        Assert.Equal([0, 341, 0, 0, 346, 30], best.Budgets.AsEnumerable());
        Close(9.754199256633752, best.Performance.Objective);
        Assert.Equal(ProofStatus.Proved, best.Status);
        Assert.Equal(best.Budgets.AsEnumerable(), PaperCorners.Best(workload, relaxed)!.Budgets.Select(budget => (double)budget));
        Assert.Equal(best.Budgets.AsEnumerable(), PaperCorners.Rounded(workload, relaxed)!.Budgets.Select(budget => (double)budget));
    }

    [Fact]
    public void RoundingBound_AtOptimum_IsThePapersLowerBound() =>
        Close(9.724114253527869, RoundingBound.At(PaperWorkload(), [.. NewtonSolver.Solve(PaperWorkload()).Budgets])!.Value);

    [Theory]
    [InlineData(0, 8.420226622, 8.384431694)]
    [InlineData(350, 9.753489329, 9.723441779)]
    [InlineData(1000, 6.958406627, 6.92277229)]
    public void Fig4_AtBudget_IsTheReference(double budget, double objective, double bound)
    {
        double[] budgets = [.. NewtonSolver.Solve(PaperWorkload()).Budgets];
        budgets[1] = budget;
        Assert.Equal(objective, PaperWorkload().At(budgets).Objective, 1e-8);
        Assert.Equal(bound, RoundingBound.At(PaperWorkload(), budgets)!.Value, 1e-8);
    }

    internal static Workload PaperWorkload(double lambda = 0.1, double alpha = 30, double maxBudget = 32_768)
    {
        string[] lines = File.ReadAllLines(Repository.File("results/paper/table1.csv"));
        ImmutableArray<TaskModel> tasks =
        [
            .. from line in lines.Skip(1)
               let cells = line.Split(',')
               let numbers = cells.Skip(1).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()
               select new TaskModel(
                   cells[0],
                   1 / 6.0,
                   new ExponentialAccuracy(numbers[0], numbers[1], numbers[2]),
                   new ServiceTimeLine(numbers[3], numbers[4]),
                   maxBudget),
        ];
        return new Workload(lambda, alpha, tasks);
    }

    private static void Close(double expected, double actual) => Assert.Equal(expected, actual, 1e-9 * Math.Abs(expected));
}
