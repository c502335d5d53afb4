using System.Text.Json;
using Calibration.Analysis;
using Calibration.Report.Exchange;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Json.Schema;
using Xunit;

namespace Calibration.Tests.Report.Exchange;

/// <summary>
/// Exports follow the schema of Every Eval Ever: <c>eval.schema.json</c> is the file of github.com/evaleval/every_eval_ever at commit
/// 9bce413 (MIT licence, beside it).
/// </summary>
public sealed class EveryEvalEverTests(SmallRun small) : IClassFixture<SmallRun>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Export_SimulatedRun_FollowsTheSchemaAndSaysSo()
    {
        CommandRun run = await CommandRun.OfAsync("export", small.Folder, "--out", _root, "--organization", "Us");
        Assert.True(run.ExitCode == 0, run.Error);
        string path = run.Output.Trim();
        Assert.Matches(
            "^data/calibration/unknown/simulated-qwen3-8b/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[.]json$",
            Path.GetRelativePath(_root, path).Replace('\\', '/'));
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        AssertFollows(document);
        TaskFits task = Assert.Single(RunAnalysis.ReadFits(RunFolder.Open(small.Folder)).Tasks);
        JsonElement[] results = [.. document.RootElement.GetProperty("evaluation_results").EnumerateArray()];
        Assert.Equal(
            task.Accuracy.Points.Select(point => (point.BudgetTokens, point.Correct / point.Answers)),
            results.Select(result => (
                result.GetProperty("metric_config").GetProperty("metric_parameters").GetProperty("thinking_budget_tokens").GetInt32(),
                result.GetProperty("score_details").GetProperty("score").GetDouble())));
        Assert.All(results, result =>
        {
            Assert.Equal("other", result.GetProperty("source_data").GetProperty("source_type").GetString());
            string? description = result.GetProperty("metric_config").GetProperty("evaluation_description").GetString();
            Assert.Contains("SIMULATED", description, StringComparison.Ordinal);
        });
        Assert.Equal(
            "true",
            document.RootElement.GetProperty("source_metadata").GetProperty("additional_details").GetProperty("simulated").GetString());
    }

    [Fact]
    public void Json_RunOfABenchmark_NamesItsRepositoryAndWhatIsMissing()
    {
        RunFolder folder = RunFolder.Open(small.Folder);
        RunManifest manifest = folder.ReadManifest() with { Simulated = false, Samples = false };
        RunFits fits = RunAnalysis.ReadFits(folder) with { Incomplete = new Incompleteness(20, 24) };
        var source = new EvaluationSource("Us", "first_party", "Qwen/Qwen3-8B", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc))
        {
            Repositories = Calibration.Datasets.Benchmarks.Repositories,
        };
        using JsonDocument document = JsonDocument.Parse(EveryEvalEver.Json(manifest, fits, source));
        AssertFollows(document);
        JsonElement root = document.RootElement;
        JsonElement details = root.GetProperty("source_metadata").GetProperty("additional_details");
        Assert.Equal("incomplete: 20 of 24 trials", details.GetProperty("incomplete").GetString());
        Assert.Equal("1767312000", root.GetProperty("retrieved_timestamp").GetString());
        Assert.Equal("Qwen/Qwen3-8B", root.GetProperty("model_info").GetProperty("id").GetString());
        JsonElement data = root.GetProperty("evaluation_results")[0].GetProperty("source_data");
        Assert.Equal("allenai/ai2_arc", data.GetProperty("hf_repo").GetString());
        Assert.DoesNotContain("SIMULATED", root.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--format", "csv", "--format is \"csv\": it is every-eval-ever.")]
    [InlineData("--relationship", "mine", "--relationship is \"mine\": it is one of first_party, ")]
    [InlineData("--model-id", "Qwen3", "--model-id is \"Qwen3\": give it as DEVELOPER/MODEL")]
    public async Task Export_WrongOption_IsOneSentence(string option, string value, string sentence)
    {
        CommandRun run = await CommandRun.OfAsync("export", small.Folder, "--out", _root, option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(sentence, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static void AssertFollows(JsonDocument document)
    {
        JsonSchema schema = JsonSchema.FromText(File.ReadAllText(Repository.File("tests/Report/Exchange/eval.schema.json")));
        EvaluationResults results = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, string.Join('\n', (results.Details ?? []).Where(detail => detail.Errors is not null).Take(10).Select(
            detail => $"{detail.InstanceLocation}: {string.Join("; ", detail.Errors!.Values)}")));
    }
}
