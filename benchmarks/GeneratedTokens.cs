using System.Globalization;
using Calibration.Datasets;
using Calibration.Harness;
using Published = Calibration.Datasets.Benchmarks;

namespace Calibration.Benchmarks;

/// <summary>Tokens that the default grid makes the model generate: one trace cut at every budget, against a trace a budget.</summary>
internal static class GeneratedTokens
{
    private const int Items = 250;
    private const int Runs = 3;

    internal static int Run()
    {
        double forkedSum = 0;
        double independentSum = 0;
        Console.WriteLine(
            $"exact budgets, {Items} problems, {Runs} runs; answers at their limit; reckoned from the grid, nothing is generated here\n");
        Console.WriteLine("task        budgets  largest  forked, M  independent, M  ratio");
        foreach (Benchmark benchmark in Published.All)
        {
            int[] grid = [.. BudgetGrid.To(benchmark.LargestBudgetTokens)];
            double answers = grid.Length * benchmark.Load(SampleProblems.Path).Problems.Max(problem => problem.AnswerTokenLimit);
            double forked = (grid[^1] + answers) * Items * Runs;
            double independent = (grid.Sum() + answers) * Items * Runs;
            Print(benchmark.Task, grid.Length, grid[^1], forked, independent);
            forkedSum += forked;
            independentSum += independent;
        }

        Print("all", 0, 0, forkedSum, independentSum);
        return 0;
    }

    private static void Print(string task, int budgets, int largest, double forked, double independent) => Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{task,-10} {budgets,8} {largest,8} {forked / 1e6,10:0.00} {independent / 1e6,15:0.00} {independent / forked,6:0.00}"));
}
