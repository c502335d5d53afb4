using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The paper's own iterations: where they converge they reach ℓ*, elsewhere they say how they ended.</summary>
public sealed class PaperMethodTests
{
    [Fact]
    public void FixedPoint_PaperOperatingPoint_ConvergesInThirteenSteps()
    {
        Workload workload = PaperOptimumTests.PaperWorkload();
        Allocation best = NewtonSolver.Solve(workload);
        MethodResult result = FixedPointMethod.Solve(workload);

        Assert.Equal(SolverEnding.Converged, result.Ending);
        Assert.InRange(result.Iterations, 12, 15);
        Assert.False(result.ConditionHeld);
        for (int k = 0; k < 6; k++)
            Assert.Equal(best.Budgets[k], result.Budgets[k], 1e-7);
        Assert.Equal(1 / 8.0, FixedPointMethod.SpectralRadius(workload, best.Budgets.AsSpan())!.Value, 0.03);
    }

    [Theory]
    [InlineData(0.1, 300, SolverEnding.LeftStabilityRegion, 1)]
    [InlineData(0.05, 1000, SolverEnding.LeftStabilityRegion, null)]
    [InlineData(0.2, 100, SolverEnding.Cycled, null)]
    [InlineData(1, 30, SolverEnding.Cycled, null)]
    public void FixedPoint_OrdinaryOperatingPoint_SaysHowItFailed(double lambda, double alpha, SolverEnding ending, int? iterations)
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda, alpha);
        MethodResult result = FixedPointMethod.Solve(workload);
        Assert.Equal(ending, result.Ending);
        Assert.Equal(iterations ?? result.Iterations, result.Iterations);
        Assert.True(result.Performance.IsStable && double.IsFinite(result.KktResidual));
    }

    [Fact]
    public void SpectralRadius_AtOptimum_IsTheJacobiansByFiniteDifferences()
    {
        for (int instance = 0; instance < 50; instance++)
        {
            var random = new Xoshiro256StarStar(700 + instance, false);
            Workload workload = RandomWorkload.Draw(random, tasks: 2 + random.Next(5), maxBudget: 30_000);
            Allocation best = NewtonSolver.Solve(workload);
            double radius = FixedPointMethod.SpectralRadius(workload, best.Budgets.AsSpan())!.Value;
            double[,] jacobian = JacobianAt(workload, [.. best.Budgets]);
            double numeric = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfArray(jacobian)
                .Evd().EigenValues.Max(value => value.Magnitude);
            Assert.Equal(numeric, radius, 1e-4 * Math.Max(1, numeric));
        }
    }

    [Fact]
    public void Contraction_AnyWorkload_IsNeverPromised()
    {
        Assert.Null(ContractionCondition.Of(PaperOptimumTests.PaperWorkload()).LInfinity);
        Assert.Equal(41.354531666666674, ContractionCondition.Of(PaperOptimumTests.PaperWorkload()).MaxUtilization, 1e-9);
        for (int instance = 0; instance < 200; instance++)
        {
            Workload workload = RandomWorkload.Draw(new Xoshiro256StarStar(900 + instance, false), maxBudget: 10);
            ContractionCondition condition = ContractionCondition.Of(workload);
            Assert.False(condition.Holds);
            Assert.True(condition.LInfinity is not { } value || value > condition.Floor);
            Assert.DoesNotContain("NaN", condition.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GradientAscent_PaperOperatingPoint_ClimbsToTheOptimum()
    {
        Workload workload = PaperOptimumTests.PaperWorkload();
        MethodResult result = GradientAscentMethod.Solve(workload);
        Assert.False(result.ConditionHeld);
        Assert.Equal(SolverEnding.Converged, result.Ending);
        Assert.Equal(NewtonSolver.Solve(workload).Performance.Objective, result.Performance.Objective, 1e-9);
        Assert.Equal(0.72, CurvatureBound.Of(workload, new double[6]).UtilizationBound, 0.005);
    }

    [Fact]
    public void GradientAscent_SmallLargestBudget_UsesThePapersBound()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(maxBudget: 500);
        MethodResult result = GradientAscentMethod.Solve(workload);
        Assert.True(result.ConditionHeld);
        Assert.Equal(SolverEnding.Converged, result.Ending);
    }

    [Fact]
    public void Methods_RandomWorkloads_NeverBeatTheSolverNorReturnNaN()
    {
        Parallel.For(0, 200, instance =>
        {
            var random = new Xoshiro256StarStar(300 + instance, false);
            Workload workload = RandomWorkload.Draw(random, tasks: 1 + random.Next(8));
            Performance best = NewtonSolver.Solve(workload).Performance;
            double size = (workload.AccuracyWeightSeconds * best.Accuracy) + best.MeanSystemTimeSeconds;
            double[] start = RandomWorkload.Stable(random, workload);
            Assert.True(CurvatureBound.Of(workload, start).LJ >= LargestRowOfHessian(workload, start) * (1 - 1e-9));
            double before = workload.At(start).Objective;
            foreach (MethodResult result in (MethodResult[])
            [
                FixedPointMethod.Solve(workload),
                FixedPointMethod.Solve(workload, start),
                GradientAscentMethod.Solve(workload, start, iterationLimit: 500),
            ])
            {
                Assert.True(result.Performance.Objective <= best.Objective + (1e-12 * size), $"instance {instance}");
                Assert.True(result.Budgets.All(double.IsFinite) && double.IsFinite(result.KktResidual));
            }

            MethodResult ascent = GradientAscentMethod.Solve(workload, start, iterationLimit: 500);
            Assert.NotEqual(SolverEnding.LeftStabilityRegion, ascent.Ending);
            Assert.True(ascent.Performance.Objective >= before - (1e-12 * size));
        });
    }

    private static double LargestRowOfHessian(Workload workload, double[] at)
    {
        var model = new ObjectiveModel(workload);
        var gains = new double[at.Length];
        Moments m = model.MomentsAt(at, gains);
        double rate = model.Lambda / m.Slack, worst = 0;
        double[] active = [.. model.MaxBudget.Select((budget, k) => budget > 0 ? model.Pi[k] * model.C[k] : 0)];
        for (int k = 0; k < at.Length; k++)
        {
            double tk = model.T0[k] + (model.C[k] * at[k]);
            double row = active.Select((u, j) =>
                active[k] * u * ((rate * rate * (tk + model.T0[j] + (model.C[j] * at[j]))) + (rate * rate * rate * m.Second))).Sum();
            worst = Math.Max(worst, active[k] == 0 ? 0 : row + (rate * active[k] * model.C[k]) + (gains[k] * model.B[k]));
        }

        return worst;
    }

    private static double[,] JacobianAt(Workload workload, double[] at)
    {
        var model = new ObjectiveModel(workload);
        var map = new FixedPointMap(model);
        int n = at.Length;
        var jacobian = new double[n, n];
        double[] here = MapAt(at);
        for (int j = 0; j < n; j++)
        {
            double step = 1e-5 * Math.Max(1, at[j]);
            double[] up = [.. at], down = [.. at];
            up[j] += step;
            down[j] -= step;
            double[] high = MapAt(up), low = MapAt(down);
            for (int k = 0; k < n; k++)
                jacobian[k, j] = here[k] > 0 && here[k] < model.MaxBudget[k] ? (high[k] - low[k]) / (2 * step) : 0;
        }

        return jacobian;

        double[] MapAt(double[] budgets)
        {
            Moments moments = model.MomentsAt(budgets, new double[n]);
            return [.. Enumerable.Range(0, n).Select(k => map.At(k, moments).Budget)];
        }
    }
}
