using System.Text.Json;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The verbs that work on files from elsewhere.</summary>
public sealed class FileVerbTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Allocate_PapersTable_GivesTheReferenceOptimum()
    {
        using JsonDocument json = await JsonOfAsync(
            "allocate",
            "--workload",
            PaperWorkload(),
            "--arrival-rate",
            "0.1",
            "--accuracy-weight",
            "30",
            "--max-budget",
            "32768",
            "--json");
        Assert.Equal(9.754203068445548, json.RootElement.GetProperty("objective").GetDouble(), 1e-8);
        Assert.Equal(0.17161222222915706, json.RootElement.GetProperty("utilization").GetDouble(), 1e-9);
        Assert.Equal(2.178363284941486, json.RootElement.GetProperty("mean_system_time_s").GetDouble(), 1e-8);
        Assert.Equal(0.3977522117795677, json.RootElement.GetProperty("accuracy").GetDouble(), 1e-9);
        Assert.Equal(9.754199256633752, json.RootElement.GetProperty("integer_objective").GetDouble(), 1e-8);
        Assert.InRange(json.RootElement.GetProperty("kkt_residual").GetDouble(), 0, 1e-9);
        Assert.InRange(json.RootElement.GetProperty("gap_bound").GetDouble(), 0, 1e-9);
        JsonElement[] tasks = [.. json.RootElement.GetProperty("tasks").EnumerateArray()];
        Assert.Equal([0, 341, 0, 0, 346, 30], tasks.Select(task => task.GetProperty("integer_budget_tokens").GetInt32()));
        Assert.Equal(340.889819473, tasks[1].GetProperty("budget_tokens").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task Allocate_TasksOwnLargestBudget_Holds()
    {
        string workload = Write(
            "capped.csv", "task,A,b,D,t0_s,c_s_per_token,max_budget_tokens\na,0.7,0.003,0.2,0.1,0.01,50\nb,0.7,0.003,0.2,0.1,0.01,5000\n");
        using JsonDocument json = await JsonOfAsync("allocate", "--workload", workload, "--json");
        double[] budgets =
        [
            .. json.RootElement.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("budget_tokens").GetDouble()),
        ];
        Assert.Equal(50, budgets[0], 1e-9);
        Assert.InRange(budgets[1], 51, 5_000);
    }

    [Fact]
    public async Task Allocate_OverloadedServer_SaysByHowMuch()
    {
        CommandRun run = await CommandRun.OfAsync("allocate", "--workload", PaperWorkload(), "--arrival-rate", "10");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("No allocation is stable", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("task,A,b\nx,1,1", "header")]
    [InlineData("task,A,b,D,t0_s,c_s_per_token\nx,0.5,nought,0.2,0.1,0.01", "line 2: b")]
    [InlineData("task,A,b,D,t0_s,c_s_per_token\nx,0.9,0.1,0.2,0.1,0.01", "more than 1")]
    [InlineData("task,probability,A,b,D,t0_s,c_s_per_token\nx,0.4,0.5,0.1,0.2,0.1,0.01", "sum to 0.4")]
    [InlineData("task,A,b,D,t0_s,c_s_per_token\n", "no rows")]
    public async Task Allocate_MalformedWorkload_NamesPlaceAndFault(string content, string expected)
    {
        CommandRun run = await CommandRun.OfAsync("allocate", "--workload", Write("w.csv", content));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_PapersTable_AgreesWithTheFormulas()
    {
        using JsonDocument json = await JsonOfAsync(
            "simulate",
            "--workload",
            PaperWorkload(),
            "--arrival-rate",
            "0.1",
            "--budgets",
            "0,341,0,0,346,30",
            "--queries",
            "10000",
            "--replications",
            "100",
            "--seed",
            "1",
            "--json");
        foreach (string name in (string[])["mean_wait_s", "mean_system_time_s", "utilization"])
        {
            JsonElement estimate = json.RootElement.GetProperty(name);
            double low = estimate.GetProperty("low").GetDouble(), high = estimate.GetProperty("high").GetDouble();
            Assert.True(low < high);

            // Twice the 95 % interval's width: a sound simulation is outside once in ten thousand seeds.
            Assert.InRange(
                json.RootElement.GetProperty("predicted").GetProperty(name).GetDouble(),
                low - ((high - low) / 2),
                high + ((high - low) / 2));
        }
    }

    [Fact]
    public async Task Fit_Counts_AreIndependentAndCarryIntervals()
    {
        string points = Write(
            "points.csv",
            "task,budget_tokens,n,correct\n"
                + string.Join(
                    '\n',
                    new[] { 0, 64, 128, 256, 512, 1024, 2048 }.Select(budget =>
                        $"t,{budget},1000,{(int)(1000 * ((0.6 * (1 - Math.Exp(-0.003 * budget))) + 0.2))}")));
        string times = Write(
            "times.csv",
            "task,tokens,service_s\n"
                + string.Join(
                    '\n',
                    Enumerable.Range(0, 20).Select(i =>
                        FormattableString.Invariant($"t,{i * 50},{0.2 + (0.012 * i * 50) + (0.003 * (i % 3))}"))));
        using JsonDocument json = await JsonOfAsync("fit", "--accuracy", points, "--service", times, "--json");
        JsonElement row = Assert.Single(json.RootElement.GetProperty("tasks").EnumerateArray());
        JsonElement task = row.GetProperty("accuracy");
        Assert.Equal("Identified", task.GetProperty("verdict").GetString());
        Assert.False(task.GetProperty("clustered").GetBoolean());
        foreach ((string name, double truth) in new[] { ("A", 0.6), ("b", 0.003), ("D", 0.2) })
        {
            JsonElement estimate = task.GetProperty(name);
            Assert.Equal("Identified", estimate.GetProperty("status").GetString());
            Assert.InRange(
                truth,
                estimate.GetProperty("interval").GetProperty("low").GetDouble(),
                estimate.GetProperty("interval").GetProperty("high").GetDouble());
            Assert.True(estimate.GetProperty("standard_error").GetDouble() > 0);
        }

        Assert.Equal(0.012, row.GetProperty("service").GetProperty("c_s_per_token").GetProperty("value").GetDouble(), 1e-4);
        Assert.True(task.TryGetProperty("deviance", out _));
        Assert.True(task.TryGetProperty("lack_of_fit_p_value", out _));
    }

    [Fact]
    public async Task Fit_FlatData_LeavesIntervalsOut()
    {
        using JsonDocument json = await JsonOfAsync(
            "fit",
            "--accuracy",
            Write("flat.csv", "task,budget_tokens,n,correct\nt,0,500,250\nt,64,500,251\nt,256,500,249\nt,1024,500,250\n"),
            "--json");
        JsonElement task = json.RootElement.GetProperty("tasks")[0].GetProperty("accuracy");
        Assert.Equal("NotIdentifiable", task.GetProperty("verdict").GetString());
        Assert.False(task.GetProperty("b").TryGetProperty("interval", out _));
        Assert.False(task.GetProperty("b").TryGetProperty("standard_error", out _));
    }

    [Fact]
    public async Task Fit_RealCurveThatIsNotExponential_IsLackOfFit()
    {
        using JsonDocument json = await JsonOfAsync("fit", "--accuracy", Repository.Shared("answers/curve-gsm8k.csv"), "--json");
        Assert.Equal("LackOfFit", json.RootElement.GetProperty("tasks")[0].GetProperty("accuracy").GetProperty("verdict").GetString());
    }

    [Theory]
    [InlineData("task,budget_tokens,n,correct\nt,0,5,6\n", "line 2: correct")]
    [InlineData("task,budget_tokens,n,correct\nt,-1,5,3\n", "line 2: budget_tokens")]
    [InlineData("a,b\n1,2\n", "header")]
    public async Task Fit_MalformedPoints_NamesPlaceAndFault(string content, string expected)
    {
        CommandRun run = await CommandRun.OfAsync("fit", "--accuracy", Write("p.csv", content));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DatasetsGrade_ForeignResponses_AreGradedInOrder()
    {
        string responses = Write(
            "r.jsonl",
            "{\"id\":\"a\",\"gold\":\"42\",\"response\":\"So it is \\\\boxed{42}.\"}\n{\"id\":\"a\",\"gold\":\"42\",\"response\":\"The "
                + "answer is 41.\"}\n{\"id\":\"b\",\"gold\":\"7\",\"response\":\"no idea\"}\n");
        CommandRun run = await CommandRun.OfAsync("datasets", "grade", "--benchmark", "gsm8k", responses, "--json");
        Assert.Equal(0, run.ExitCode);
        string[] lines = run.Output.Trim().Split('\n');
        Assert.Equal(["a", "a", "b"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()));
        Assert.Equal([true, false, false], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("correct").GetBoolean()));
    }

    [Fact]
    public async Task DatasetsShowListCheck_Samples_Work()
    {
        string samples = Calibration.Datasets.SampleProblems.Path;
        CommandRun show = await CommandRun.OfAsync("datasets", "show", "gsm8k", "17", "--data", samples);
        Assert.Contains("gold:", show.Output, StringComparison.Ordinal);
        Assert.Contains("300 problems", (await CommandRun.OfAsync("datasets", "list", "--data", samples)).Output, StringComparison.Ordinal);
        CommandRun check = await CommandRun.OfAsync("datasets", "check", "--data", samples);
        Assert.Equal(0, check.ExitCode);
        Assert.Contains(" 0 whose gold answer is not graded right", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regrade_UnchangedGrader_MovesNothingAndKeepsTheRun()
    {
        Assert.Equal(
            0,
            (await CommandRun.OfAsync(
                "measure",
                "--items",
                "5",
                "--runs",
                "1",
                "--datasets",
                "arc,cruxeval",
                "--budgets",
                "0,16",
                "--latency-items",
                "2",
                "--out",
                _root)).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(folder, "trials.parquet"), TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("regrade", folder);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("0 of 20 grades moved", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetDirectories(_root).Length);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(folder, "trials.parquet"), TestContext.Current.CancellationToken));
        Assert.Equal(0, (await CommandRun.OfAsync("fit", folder + "-regraded")).ExitCode);
    }

    private static async Task<JsonDocument> JsonOfAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output);
    }

    private string PaperWorkload() =>
        Write(
            "workload.csv",
            File.ReadAllText(Repository.File("results/paper/table1.csv")).Replace("dataset,", "task,", StringComparison.Ordinal));

    private string Write(string name, string content)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, content);
        return path;
    }
}
