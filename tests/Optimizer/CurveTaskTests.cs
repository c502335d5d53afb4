using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Branching;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The best budget of one task with hundreds of natural lengths, at prices of either sign, against trying all.</summary>
public sealed class CurveTaskTests
{
    private const int Largest = 400;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Best_AnyPrices_IsNotBelowAnyBudget(bool wholeTokens)
    {
        for (int number = 0; number < 40; number++)
        {
            var random = new Xoshiro256StarStar(8_100 + number, false);
            TaskTerms task = TaskTerms.Of(Draw(random), wholeTokens);
            for (int draw = 0; draw < 25; draw++)
            {
                var prices = new Prices(
                    30, RandomWorkload.Log(random, 0.01, 10), (random.NextDouble() - 0.5) * RandomWorkload.Log(random, 0.01, 2), 0);
                double low = Math.Floor(Largest * 0.5 * random.NextDouble()), high = low + Math.Floor((Largest - low)
                    * random.NextDouble());
                Pick pick = task.Best(prices, low, high);
                double step = wholeTokens ? 1 : 0.25, most = double.NegativeInfinity;
                for (double budget = low; budget <= high; budget += step)
                    most = Math.Max(most, prices.ValueOf(task.At(budget)));
                Assert.InRange(pick.Budget, low, high);
                Assert.True(pick.Value >= most - 1e-11 && pick.Bound >= most - 1e-12, $"{number}, {draw}: {pick} is below {most:R}");
                Assert.InRange(pick.Bound - pick.Value, 0, 1e-10);
                Assert.Equal(prices.ValueOf(task.At(pick.Budget)), pick.Value, 1e-11);
                if (wholeTokens)
                    Assert.Equal(most, pick.Value, 1e-11);
            }
        }
    }

    /// <summary>
    /// The paper's tasks at four slots, on which E[T] alone is not convex: no allocation near the proved one is better, two tokens up and
    /// down for each task.
    /// </summary>
    [Fact]
    public void SolveInteger_FourSlots_IsProvedAndBetterThanItsNeighbours()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda: 2) with { Server = Server.Shared([1, 1.9, 2.7, 3.4]) };
        ProvedAllocation found = AllocationSolver.SolveInteger(workload);
        Assert.Equal(ProofStatus.Proved, found.Status);
        Assert.InRange(found.Nodes, 1, 1_000);
        double most = Enumerable.Range(0, 15_625).Max(number => workload.At(
            [.. found.Budgets.Select((budget, k) => Math.Max(0, budget - 2 + (number / (int)Math.Pow(5, k) % 5)))]).Objective);
        Assert.Equal(most, found.Performance.Objective, 1e-12);
    }

    private static TaskModel Draw(Xoshiro256StarStar random)
    {
        double gain = 0.1 + (0.8 * random.NextDouble()), floor = (1 - gain) * random.NextDouble(), c = RandomWorkload.Log(
            random, 0.001, 0.03);
        AccuracyShape shape = random.Next(3) switch
        {
            0 => new ExponentialAccuracy(gain, RandomWorkload.Log(random, 0.5, 20) / Largest, floor),
            1 => new HillAccuracy(gain, Largest * RandomWorkload.Log(random, 0.05, 1), RandomWorkload.Log(random, 0.5, 8), floor),
            _ => new InterpolatedAccuracy(
                [.. new double[] { 0, 25, 50, 100, 200, 300, 400 }.Select(budget => new BudgetAccuracy(budget, random.NextDouble()))]),
        };
        return new TaskModel("t", 1, shape, new ServiceTimeLine(RandomWorkload.Log(random, 0.01, 1), c), Largest)
        {
            RelativeSigma = 0.3 * random.NextDouble(),
            ServiceVariance = random.NextDouble(),
            Natural = random.NextDouble() < 0.2
                ? null
                : new NaturalLengths(Enumerable.Range(0, 300).Select(_ => Math.Floor(500 * random.NextDouble()) + (random.Next(2) * 0.5))),
        };
    }
}
