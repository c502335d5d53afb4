using System.Text.Json;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Tests.Calibrate;
using Json.Schema;
using Xunit;

namespace Calibration.Tests.Docs;

/// <summary>The files that the product writes are as <c>docs/schemas/</c> says.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Run_ItsDocuments_FollowTheirSchemas()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "12", "--runs", "1", "--datasets", "gsm8k,arc", "--latency-items", "3", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        foreach (string name in (string[])["manifest", "fits", "allocation"])
            AssertFollows(name, await File.ReadAllTextAsync(Path.Combine(folder, name + ".json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FitJson_OfFiles_FollowsTheSchema()
    {
        string points = Path.Combine(_root, "points.csv");
        string[] rows =
            [.. ((int[])[0, 64, 128, 256, 512]).Select(budget => FormattableString.Invariant($"own,{budget},500,{100 + (budget / 2)}"))];
        await File.WriteAllLinesAsync(points, ["task,budget_tokens,n,correct", .. rows], TestContext.Current.CancellationToken);
        CommandRun fit = await CommandRun.OfAsync("fit", "--accuracy", points, "--json");
        Assert.True(fit.ExitCode == 0, fit.Error);
        AssertFollows("fits", fit.Output);
    }

    [Fact]
    public void Workload_EveryShapeAndServer_FollowsTheSchema()
    {
        BudgetAccuracy[] points = [new(0, 0.2), new(64, 0.5)];
        AccuracyShape[] shapes =
        [
            new ExponentialAccuracy(0.7, 0.01, 0.2), new HillAccuracy(0.7, 200, 2, 0.2),
            new InterpolatedAccuracy([.. points]), new PointAccuracy([.. points]),
        ];
        TaskModel[] tasks = [.. shapes.Select((shape, k) => new TaskModel($"task{k}", 0.25, shape, new ServiceTimeLine(0.1, 0.01), 64)
        {
            Natural = new NaturalLengths([10, 90]),
            ServiceVariance = 0.01,
        })];
        foreach (Server server in (Server[])[Server.OneAtATime, Server.Replicas(3), Server.Shared([1, 1.8])])
            AssertFollows("workload", WorkloadJson.Write(new Workload(0.1, 30, [.. tasks]) { Server = server }));
    }

    [Theory]
    [InlineData("fits", """{"tasks": [{"task": "own", "accuracy": {"verdict": "Good"}}]}""")]
    [InlineData("manifest", """{"schema_version": 1}""")]
    [InlineData("allocation", """{"source": "run"}""")]
    [InlineData("workload", """{"arrival_rate_per_s": 0.1, "accuracy_weight_s": 30, "tasks": []}""")]
    public void Schema_AnotherDocument_IsRefused(string name, string document) => Assert.False(Evaluated(name, document).IsValid);

    [Fact]
    public async Task SchemaDoc_ItsWorkload_IsReadAndFollowsTheSchema()
    {
        string text = await File.ReadAllTextAsync(Repository.File("docs/schema.md"), TestContext.Current.CancellationToken);
        string example = text.Split("```json")[1].Split("```")[0];
        AssertFollows("workload", example);
        Assert.Equal(3, WorkloadJson.Read(example, "docs/schema.md").Server.Slots);
    }

    private static void AssertFollows(string name, string document)
    {
        EvaluationResults results = Evaluated(name, document);
        string[] faults =
        [
            .. from detail in results.Details ?? []
               where detail.Errors is not null
               select $"{name} {detail.InstanceLocation}: {string.Join("; ", detail.Errors!.Values)}",
        ];
        Assert.True(results.IsValid, string.Join('\n', faults.Take(10)));
    }

    private static EvaluationResults Evaluated(string name, string document)
    {
        JsonSchema schema = JsonSchema.FromText(File.ReadAllText(Repository.File($"docs/schemas/{name}.schema.json")));
        using JsonDocument instance = JsonDocument.Parse(document);
        return schema.Evaluate(instance.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
    }
}
