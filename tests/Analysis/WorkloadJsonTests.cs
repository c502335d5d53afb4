using System.Text.Json;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Optimizer;
using Xunit;

namespace Calibration.Tests.Analysis;

public sealed class WorkloadJsonTests
{
    private const string Small = """
        {
          "kind": "ignored", "arrival_rate_per_s": 0.5, "accuracy_weight_s": 20, "server": {"speed": [1, 1.5]},
          "tasks": [
            {"task": "a", "probability": 0.25, "accuracy": {"shape": "points", "points": [[0, 0.2], [8, 0.5]]},
             "service": {"points": [[0, 0.1, 0.01], [8, 0.5, 0.02]]}, "max_budget_tokens": 10},
            {"task": "b", "probability": 0.25, "accuracy": {"shape": "interpolated", "points": [[0, 0.2], [8, 0.5], [32, 0.4]]},
             "service": {"t0_s": 0.1, "c_s_per_token": 0.01, "sigma_s": 0.5, "relative_sigma": 0.25}, "max_budget_tokens": 32},
            {"task": "c", "probability": 0.25, "accuracy": {"shape": "hill", "A": 0.5, "h": 40, "s": 2, "D": 0.1},
             "service": {"t0_s": 0.1, "c_s_per_token": 0.01}, "max_budget_tokens": 100, "natural_tokens": [30, 10, 20]},
            {"task": "d", "probability": 0.25, "accuracy": {"shape": "exponential", "A": 0.5, "b": 0.02, "D": 0.1},
             "service": {"t0_s": 0.1, "c_s_per_token": 0.01}, "max_budget_tokens": 100}
          ]
        }
        """;

    /// <summary>Eighteen workloads whose best integer budgets were found elsewhere by trying all combinations.</summary>
    [Fact]
    public void Read_Examples_GivesTheirBestIntegerBudgets()
    {
        const string File = "/work/shared/reference/workload-examples.json";
        Assert.SkipUnless(System.IO.File.Exists(File), "the reference workloads are not on this machine");
        using var examples = JsonDocument.Parse(System.IO.File.ReadAllText(File));
        Assert.Equal(18, examples.RootElement.GetArrayLength());
        foreach (JsonElement example in examples.RootElement.EnumerateArray())
        {
            Workload workload = WorkloadJson.Read(example.GetRawText(), "examples");
            JsonElement best = example.GetProperty("best");
            double[] budgets = [.. best.GetProperty("budgets").EnumerateArray().Select(budget => budget.GetDouble())];
            double objective = best.GetProperty("objective").GetDouble();
            Performance at = workload.At(budgets);
            Assert.Equal(objective, at.Objective, 1e-9);
            Assert.Equal(best.GetProperty("accuracy").GetDouble(), at.Accuracy, 1e-9);
            Assert.Equal(best.GetProperty("load").GetDouble(), at.Load, 1e-9);
            ProvedAllocation found = AllocationSolver.SolveInteger(workload);
            Assert.Equal(budgets, found.Budgets.AsEnumerable());
            Assert.Equal(objective, found.Performance.Objective, 1e-9);
            Assert.Equal(ProofStatus.Proved, found.Status);
        }
    }

    [Fact]
    public void Write_AnyWorkload_IsReadBack()
    {
        Workload workload = WorkloadJson.Read(Small, "small.json");
        Assert.Equal((0.5, 2, 4), (workload.ArrivalRatePerSecond, workload.Server.Slots, workload.Tasks.Length));
        Assert.Equal([10, 20, 30], workload.Tasks[2].Natural!.Tokens.AsEnumerable());
        Assert.Equal(0.25, workload.Tasks[1].RelativeSigma);
        Assert.IsType<InterpolatedAccuracy>(workload.Tasks[1].Accuracy);
        string written = WorkloadJson.Write(workload);
        Assert.Equal(written, WorkloadJson.Write(WorkloadJson.Read(written, "written")));
        Assert.Equal(workload.At([8, 3, 25, 7]), WorkloadJson.Read(written, "written").At([8, 3, 25, 7]));
        Workload replicas = workload with { Server = Server.Replicas(3) };
        Assert.Equal(replicas.Server, WorkloadJson.Read(WorkloadJson.Write(replicas), "written").Server);
    }

    [Theory]
    [InlineData("\"D\": 0.1},\n     \"service\": {\"t0_s\": 0.1, \"c_s_per_token\": 0.01}, \"max_budget_tokens\": 100, ",
        "\"D\": 0.7},\n     \"service\": {\"t0_s\": 0.1, \"c_s_per_token\": 0.01}, \"max_budget_tokens\": 100, ", "the field A of task c's "
            + "accuracy and D sum to more than 1")]
    [InlineData("\"shape\": \"hill\"", "\"shape\": \"spline\"", "the field shape of task c's accuracy is \"spline\"")]
    [InlineData("\"speed\": [1, 1.5]", "\"speed\": [2, 1.5]", "the field speed of the workload's server is wrong: φ(1) is 2")]
    [InlineData("\"arrival_rate_per_s\": 0.5, ", "", "the field arrival_rate_per_s of the workload is missing")]
    [InlineData("\"arrival_rate_per_s\": 0.5", "\"arrival_rate_per_s\": \"x\"", "the field arrival_rate_per_s of the workload has a value "
        + "that is not a number")]
    [InlineData("[8, 0.5, 0.02]", "[9, 0.5, 0.02]", "the field points of task a's service has no row for the budget 8")]
    [InlineData("[[0, 0.2], [8, 0.5], [32, 0.4]]", "[[0, 0.2], [8, 0.5], [8, 0.4]]", "the field points of task b's accuracy has the budget "
        + "8 out of order")]
    [InlineData("\"task\": \"d\"", "\"task\": \"a\"", "the field tasks of the workload names the task a twice")]
    [InlineData("\"probability\": 0.25, \"accuracy\": {\"shape\": \"exponential\"", "\"probability\": 0.5, \"accuracy\": {\"shape\": "
        + "\"exponential\"", "has probabilities that sum to 1.25")]
    [InlineData("\"relative_sigma\": 0.25", "\"relative_sigma\": -1", "the field relative_sigma of task b's service is -1")]
    [InlineData("[30, 10, 20]", "[]", "the field natural_tokens of task c is an empty list")]
    [InlineData("\"max_budget_tokens\": 32", "\"max_budget_token\": 32", "the field max_budget_tokens of task b is missing")]
    public void Read_Fault_NamesFileTaskAndField(string right, string wrong, string message)
    {
        string text = Small.ReplaceLineEndings("\n").Replace(right, wrong, StringComparison.Ordinal);
        WorkloadFormatException fault = Assert.Throws<WorkloadFormatException>(() => WorkloadJson.Read(text, "small.json"));
        Assert.StartsWith("small.json", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }
}
