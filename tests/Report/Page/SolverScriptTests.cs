using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Optimizer;
using Calibration.Tests.Optimizer;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Report.Page;

/// <summary>The page's solver, run by Node, beside the product's on random workloads of all shapes and caps.</summary>
public sealed class SolverScriptTests : IDisposable
{
    private const double Tolerance = 1e-6;

    private const string Driver =
        """
        const solver = require(process.argv[2]), fs = require('fs');
        for (const line of fs.readFileSync(process.argv[3], 'utf8').split('\n').filter(x => x)) {
          const model = solver.read(JSON.parse(line)), start = process.hrtime.bigint(), best = solver.solve(model);
          const ms = Number(process.hrtime.bigint() - start) / 1e6;
          const same = solver.at(model, model.tasks.map(t => 1.7 * t.high));
          console.log(JSON.stringify({ budgets: best.budgets, stable: best.stable, j: best.stable ? best.objective : 0, ms,
            accuracy: same.accuracy, service: same.service }));
        }
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Solve_200RandomWorkloads_IsAsGoodAsTheProducts()
    {
        Workload[] workloads = [.. Draw(200)];
        Answer[] answers = await SolveAsync(workloads);
        Assert.Equal(workloads.Length, answers.Length);
        string[] worse =
        [
            .. workloads.Zip(answers).Select((pair, i) => Compared(i, pair.First, pair.Second)).OfType<string>(),
        ];
        Assert.True(worse.Length == 0, $"{worse.Length}: {string.Join('\n', worse)}");
        (Workload Workload, Answer Answer)[] uncut = [.. workloads.Zip(answers).Where(pair => pair.First.Tasks.All(IsUncut))];
        Assert.True(uncut.Length > 50);
        foreach ((Workload workload, Answer answer) in uncut)
        {
            Performance beyond = AnyBudget.At(workload, [.. workload.Tasks.Select(task => 1.7 * task.LargestBudgetTokens)]);
            Assert.Equal(beyond.Accuracy, answer.Accuracy, 1e-9);
            Assert.Equal(beyond.MeanServiceSeconds, answer.Service, 1e-9 * (1 + answer.Service));
        }

        double[] times = [.. answers.Select(answer => answer.Ms).Order()];
        Assert.True(times[^20] < 50, $"The slowest tenth takes {times[^20]:0.0} ms or more.");
    }

    [Fact]
    public void Script_Size_IsBelow40Kilobytes() =>
        Assert.InRange(new FileInfo(Repository.File("report/Page/solver.js")).Length, 1_000, 40_000);

    private static string? Compared(int index, Workload workload, Answer answer)
    {
        ProvedAllocation best = AllocationSolver.Solve(workload, SolverOptions.Default with { NodeLimit = 20_000 });
        if (best.Status == ProofStatus.Infeasible || !answer.Stable)
            return (best.Status == ProofStatus.Infeasible) == !answer.Stable ? null : $"workload {index}: stable {answer.Stable}";
        double page = workload.At([.. answer.Budgets]).Objective, below = best.Performance.Objective - page;
        double scale = Math.Abs(best.Performance.Objective);
        if (Math.Abs(page - answer.J) > 1e-9 * (1 + scale))
            return $"workload {index}: the page says J = {answer.J:R}, it is {page:R}";
        return below <= Tolerance * scale
            ? null
            : $"workload {index} ({workload.Tasks.Length} tasks): J = {page:R} of {best.Performance.Objective:R}, "
                + $"relative {below / scale:0.0e+0}, {string.Join(',', workload.Tasks.Select(task => task.Accuracy.Name))} page "
                + $"{string.Join(' ', answer.Budgets.Select(x => x.ToString("0.##")))} best "
                + $"{string.Join(' ', best.Budgets.Select(x => x.ToString("0.##")))}";
    }

    private static IEnumerable<Workload> Draw(int count)
    {
        var random = new Xoshiro256StarStar(20_261_126);
        for (int i = 0; i < count; i++)
        {
            int n = 1 + (i % 6);
            if (i % 5 == 0)
            {
                yield return RandomWorkload.Draw(random, n, maxBudget: 32_768);
                continue;
            }

            int largest = random.Next(4) switch { 0 => 12, 1 => 150, 2 => 2_000, _ => 8_192 };
            double[] shares = [.. Enumerable.Range(0, n).Select(_ => 0.1 + random.NextDouble())];
            ImmutableArray<TaskModel> tasks =
                [.. shares.Select((share, k) => AnyWorkload.Task(random, "t" + k, share / shares.Sum(), largest))];
            double idle = tasks.Sum(task => task.Probability * task.ServiceAt(task.MinBudgetTokens).Mean);
            double load = random.NextDouble() < 0.05 ? 1.1 : RandomWorkload.Log(random, 0.02, 0.95);
            yield return new Workload(
                load / idle, RandomWorkload.Log(random, 1, 100), i % 2 == 0 ? tasks : [.. tasks.Select(Falling)]);
        }
    }

    /// <summary>The task with answers beyond its largest budget, which no decision may use, but a given budget may.</summary>
    private static TaskModel Falling(TaskModel task) => !task.MeasuredServices.IsEmpty || !IsUncut(task) ? task : task with
    {
        MaxBudgetTokens = task.LargestBudgetTokens,
        Beyond = [new(1.5 * (task.LargestBudgetTokens + 1), 0.3), new(2 * (task.LargestBudgetTokens + 1), 0.1)],
    };

    /// <summary>Whether the largest allowed budget cuts no given point off.</summary>
    private static bool IsUncut(TaskModel task) =>
        double.IsInfinity(task.Accuracy.LargestBudget) || task.Accuracy.LargestBudget <= task.MaxBudgetTokens;

    private async Task<Answer[]> SolveAsync(Workload[] workloads)
    {
        string driver = Path.Combine(_root, "driver.js"), file = Path.Combine(_root, "workloads.jsonl");
        await File.WriteAllTextAsync(driver, Driver, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(
            file,
            workloads.Select(workload => JsonSerializer.Serialize(JsonDocument.Parse(WorkloadJson.Write(workload)).RootElement)),
            TestContext.Current.CancellationToken);
        using Process? node = Started("node", [driver, Repository.File("report/Page/solver.js"), file]);
        Assert.SkipWhen(node is null, "node is not installed.");
        Task<string> fault = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await fault);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            JsonSerializer.Deserialize<Answer>(line, JsonSerializerOptions.Web)!)];
    }

    private static Process? Started(string program, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private sealed record Answer(double[] Budgets, bool Stable, double J, double Ms, double Accuracy, double Service);
}
