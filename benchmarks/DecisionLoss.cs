using System.Collections.Immutable;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Fitting.Shapes;
using Calibration.Optimizer;
using Calibration.Tests.Analysis;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>
/// What a decision loses in true J where curves are no exponentials: the product's rule beside one rule for all tasks whose exponential is
/// rejected. Tasks that are not rejected have the same shape under every rule, and a fall ends the budgets under every rule.
/// </summary>
internal static class DecisionLoss
{
    private const int MaxBudget = 32_768;
    private static readonly AccuracyFitOptions Options = new() { CompareRivals = false };
    private static readonly SolverOptions Solver = new(1e-6);
    private static readonly double[] Weights = [30, 150];
    private static readonly ImmutableArray<string> Rules = ["ours", "exponential", "points", "hill", "interpolated"];

    /// <param name="args">
    /// Number of sets per cell, 400 by default; then the number of threads, 1 by default; then the index of one scenario.
    /// </param>
    public static int Run(string[] args)
    {
        int sets = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 400;
        int threads = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        int? only = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : null;
        Console.WriteLine($"Mean loss of true J in seconds against the true optimum, {sets} sets per cell, λ = 0.1; ± one standard error");
        Console.WriteLine(
            "size   α    scenario                             ours  exponent.  points     hill  interpol. | excess of ours over the best "
                + "one rule"
            + " | |printed J − true J|: ours, interpolation, difference | rejected tasks: Hill, interpolated; excess over the exponential");
        foreach ((int problems, int runs) in new[] { (100, 2), (250, 3) })
        {
            var all = Weights.ToDictionary(weight => weight, _ => new List<Outcome[]>());
            for (int s = 0; s < DecisionScenario.All.Length; s++)
            {
                if (only is not null && only != s)
                    continue;
                DecisionScenario scenario = DecisionScenario.All[s];
                DecisionTruth[] truths = [.. Weights.Select(weight => new DecisionTruth(scenario, weight))];
                var outcomes = new Outcome[sets][];
                Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
                {
                    var random = new Xoshiro256StarStar((i * 9973) + (s * 131) + problems, false);
                    outcomes[i] = Decide(scenario, truths, (problems, runs), random);
                });
                for (int w = 0; w < Weights.Length; w++)
                {
                    Outcome[] cell = [.. outcomes.Select(at => at[w])];
                    Print($"{problems}x{runs}  {Weights[w],4}  {scenario.Name,-32}", cell);
                    if (s > 0)
                        all[Weights[w]].Add(cell);
                }
            }

            foreach (double weight in Weights.Where(weight => all[weight].Count > 1))
                PrintMean($"{problems}x{runs}  {weight,4}  mean of all but the control", all[weight]);
        }

        return 0;
    }

    /// <summary>Draws answers to all tasks, lets each rule decide for each weight, and looks at the truth.</summary>
    private static Outcome[] Decide(
        DecisionScenario scenario, DecisionTruth[] truths, (int Problems, int Runs) size, Xoshiro256StarStar random)
    {
        ImmutableArray<TaskModel>[] tasks = [.. Rules.Select(_ => ImmutableArray<TaskModel>.Empty)];
        (int hill, int interpolated) = (0, 0);
        for (int k = 0; k < SyntheticTask.All.Count; k++)
        {
            SyntheticTask task = SyntheticTask.All[k];
            ShapeChoice choice = AccuracyShapeFitter.Choose(
                SyntheticTraces.Nested(scenario.Curves[k], task.Budgets, size.Problems, size.Runs, 0.6, random), options: Options);
            hill += choice.Kind == ShapeKind.Hill ? 1 : 0;
            interpolated += choice.Kind == ShapeKind.Interpolated ? 1 : 0;
            double largest = choice.Fall is { } fall ? Math.Min(fall.PeakTokens, MaxBudget) : MaxBudget;
            for (int rule = 0; rule < Rules.Length; rule++)
                tasks[rule] = tasks[rule].Add(new TaskModel(task.Name, 1 / 6.0, ShapeOf(choice, rule), DecisionScenario.Lines[k], largest));
        }

        return [.. truths.Select((truth, w) =>
        {
            var losses = new double[Rules.Length];
            var misprints = new double[Rules.Length];
            for (int rule = 0; rule < Rules.Length; rule++)
            {
                ProvedAllocation best = AllocationSolver.Solve(new Workload(0.1, Weights[w], tasks[rule]), Solver);
                double value = truth.At(best.Budgets.AsSpan());
                (losses[rule], misprints[rule]) = (truth.Best - value, Math.Abs(best.Performance.Objective - value));
            }

            return new Outcome(losses, misprints, hill, interpolated);
        })];
    }

    private static AccuracyShape ShapeOf(ShapeChoice choice, int rule)
    {
        if (rule == 0 || choice.Exponential.Verdict != Verdict.LackOfFit)
            return choice.Shape;
        return Rules[rule] switch
        {
            "exponential" => choice.Exponential.Curve!,
            "points" => Measured(choice.Exponential, interpolated: false),
            "hill" => (AccuracyShape?)choice.Hill!.Curve ?? Measured(choice.Exponential, interpolated: false),
            _ => Measured(choice.Exponential, interpolated: true),
        };
    }

    private static AccuracyShape Measured(AccuracyFit fit, bool interpolated)
    {
        ImmutableArray<double> level = IsotonicAccuracy.Of(
            [.. fit.Points.Select(point => point.Correct / point.Answers)], [.. fit.Points.Select(point => point.Answers)]);
        ImmutableArray<BudgetAccuracy> points = [.. fit.Points.Select((point, j) => new BudgetAccuracy(point.BudgetTokens, level[j]))];
        return interpolated ? new InterpolatedAccuracy(points) : new PointAccuracy(points);
    }

    private static void Print(string name, Outcome[] cell)
    {
        double[] means = [.. Rules.Select((_, rule) => cell.Average(at => at.Losses[rule]))];
        int best = Enumerable.Range(1, Rules.Length - 1).MinBy(rule => means[rule]);
        Line(name, means, (best, MeanOf(cell, at => at.Losses[0] - at.Losses[best])), cell);
        string shares = Invariant($"{cell.Average(at => at.Hill):0.00} {cell.Average(at => at.Interpolated):0.00} of 6");
        Console.WriteLine($" | {shares}; {Show(MeanOf(cell, at => at.Losses[0] - at.Losses[1]))}");
    }

    /// <summary>The mean over scenarios, whose sets are independent.</summary>
    private static void PrintMean(string name, List<Outcome[]> cells)
    {
        Outcome[] means =
        [
            .. Enumerable.Range(0, cells[0].Length).Select(i => new Outcome(
                [.. Rules.Select((_, rule) => cells.Average(cell => cell[i].Losses[rule]))],
                [.. Rules.Select((_, rule) => cells.Average(cell => cell[i].Misprints[rule]))],
                0,
                0)),
        ];
        double[] losses = [.. Rules.Select((_, rule) => means.Average(at => at.Losses[rule]))];
        int best = Enumerable.Range(1, Rules.Length - 1).MinBy(rule => losses[rule]);
        Line(name, losses, (best, MeanOf(means, at => at.Losses[0] - at.Losses[best])), means);
        Console.WriteLine();
    }

    private static void Line(string name, double[] means, (int Rule, (double Mean, double Error) Excess) best, Outcome[] cell)
    {
        (double Mean, double Error) print = MeanOf(cell, at => at.Misprints[0] - at.Misprints[^1]);
        string losses = string.Join(' ', means.Select(mean => Invariant($"{mean,8:0.000}")));
        string misprints = Invariant($"{cell.Average(at => at.Misprints[0]):0.000} {cell.Average(at => at.Misprints[^1]):0.000}");
        Console.Write($"{name,-44} {losses} | {Show(best.Excess)} over {Rules[best.Rule],-12} | {misprints} {Show(print)}");
    }

    private static (double Mean, double Error) MeanOf(Outcome[] cell, Func<Outcome, double> value)
    {
        double mean = cell.Average(value), square = cell.Sum(at => Math.Pow(value(at) - mean, 2));
        return (mean, Math.Sqrt(square / Math.Max(1, cell.Length - 1) / cell.Length));
    }

    private static string Show((double Mean, double Error) at) => Invariant($"{at.Mean,7:0.0000} ± {at.Error:0.0000}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Outcome(double[] Losses, double[] Misprints, int Hill, int Interpolated);
}
