using System.Collections.Immutable;
using System.Text.Json;
using Calibration.Calibrate.Planning;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Harness.Forecasting;
using Calibration.Results;
using Json.Schema;
using Xunit;

namespace Calibration.Tests.Calibrate.Planning;

/// <summary>Settings in a file: what it says, what options override, and what is said of a mistake.</summary>
public sealed class PlanFileTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public static TheoryData<string> Presets => [.. PlanFile.Presets];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Read_PartOfAPlan_LeavesTheRestAtItsDefaults()
    {
        RunSettings read = PlanFile.Read(Saved("""
            {
              // only what differs
              "problems": { "items": 12, },
              "plan": { "sampling": { "temperature": 0.6 }, "shard": { "index": 2, "count": 8 } },
              "budgets": [ { "task": "gsm8k", "budgets": [0, 64] }, { "budgets": [0, 128] } ],
              "hours": 2.5,
            }
            """)).Settings;
        Assert.Equal(12, read.Problems.Items);
        Assert.Equal(SamplingSettings.Paper with { Temperature = 0.6 }, read.Plan.Sampling);
        Assert.Equal(new RunPlan() with { Sampling = read.Plan.Sampling, Shard = new Shard(2, 8) }, read.Plan);
        Assert.Equal(["gsm8k=0,64", "0,128"], read.Budgets.Select(budget => budget.ToString()));
        Assert.Equal(2.5, read.Hours);
        Assert.Equal(new EndpointSettings(), read.Endpoint with { Addresses = [] });
    }

    /// <summary>The stored plan itself is a plan, also with the fields that only the manifest has.</summary>
    [Fact]
    public void Read_SettingsOfAManifest_AreThoseSettings()
    {
        var settings = new RunSettings
        {
            Problems = new ProblemSettings { Datasets = ["arc"], Items = 3 },
            Plan = new RunPlan { Semantics = BudgetSemantics.Cap, PromptFormat = PromptFormat.Text, Seed = 7 },
            Shapes = ["arc=hill"],
        };
        string text = JsonSerializer.Serialize(settings, ResultsJson.Document);
        Assert.Equal(text, JsonSerializer.Serialize(PlanFile.Read(Saved(text)).Settings, ResultsJson.Document));
    }

    [Theory]
    [InlineData("{\n  \"problems\": { \"itmes\": 5 }\n}", "line 2: a plan has no field problems.itmes: did you mean items?")]
    [InlineData("{\n  \"api_key\": \"sk-secret\"\n}", "line 2: a plan has no field api_key")]
    [InlineData("{\n\n  \"plan\": { \"runs\": \"sk-secret\" }\n}", "line 3: plan.runs must be a whole number.")]
    [InlineData("{ \"plan\": { \"runs\": 1.5 } }", "line 1: plan.runs must be a whole number.")]
    [InlineData("{ \"plan\": null }", "line 1: plan must be an object in braces { }.")]
    [InlineData("{ \"plan\": { \"semantics\": \"exactly\" } }", "plan.semantics must be \"exact\" or \"cap\".")]
    [InlineData("{ \"plan\": { \"semantics\": 1 } }", "plan.semantics must be \"exact\" or \"cap\".")]
    [InlineData("{ \"budgets\": [ { \"budgets\": [0, \"64\"] } ] }", "budgets[0].budgets[1] must be a whole number.")]
    [InlineData("{ \"budgets\": [ { \"task\": \"arc\" } ] }", "budgets: an entry has no budgets")]
    [InlineData("{ \"budgets\": [0, 64] }", "budgets[0] must be an object")]
    [InlineData("{ \"problems\": { \"items\": 5 \n \"samples\": true } }", "line 2: this is not JSON.")]
    [InlineData("{ \"problems\": { \"items\": 5 }", "this is not JSON.")]
    [InlineData("", "this is not JSON.")]
    [InlineData("[]", "line 1: a plan is a JSON object")]
    [InlineData("{ \"problems\": { \"items\": 0 } }", "problems.items in FILE is 0: at least 1 is needed.")]
    [InlineData("{ \"plan\": { \"latency_budget_limit\": -1 } }", "plan.latency_budget_limit in FILE is -1")]
    [InlineData("{ \"plan\": { \"sampling\": { \"top_p\": 2 } } }", "plan.sampling.top_p in FILE above 0 and at most 1")]
    [InlineData("{ \"point\": { \"arrival_rate_per_s\": 0 } }", "point.arrival_rate_per_s in FILE is 0: it must be above 0")]
    [InlineData("{ \"point\": { \"shares\": { \"gsm9k\": 1 } } }", "point.shares in FILE has gsm9k, which is not measured")]
    [InlineData("{ \"endpoint\": { \"addresses\": [\"http://me:sk-secret@host/v1\"] } }", "endpoint.addresses in FILE is no address")]
    [InlineData("{ \"deadline\": \"late\" }", "deadline in FILE is \"late\"")]
    [InlineData("{ \"added_budgets\": [ { \"budgets\": [3] } ] }", "move them to budgets")]
    public async Task Plan_Wrong_IsOneSentenceWithItsPlace(string text, string expected)
    {
        string file = Saved(text);
        CommandRun run = await CommandRun.OfAsync("run", "--plan", file, "--out", _root);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected.Replace("FILE", file, StringComparison.Ordinal), run.Error, StringComparison.Ordinal);
        Assert.Contains(file, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.DoesNotContain("sk-secret", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--preset is \"papers\": it is default, first-look or paper.", "--preset", "papers")]
    [InlineData("--plan and --preset exclude each other", "--preset", "paper", "--plan", "x.json")]
    [InlineData("--plan has no effect with --resume", "--plan", "x.json", "--resume", "RUN")]
    [InlineData("--items is 0", "--preset", "paper", "--items", "0")]
    public async Task Preset_WrongWords_AreOneSentence(string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["run", .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Options override single settings; the resolved plan is printed and stored.</summary>
    [Fact]
    public async Task Measure_PlanAndOptions_OptionsOverrideAndThePlanIsStored()
    {
        string file = Saved("""
            {
              "problems": { "datasets": ["gsm8k", "arc"], "items": 40, "samples": true },
              "plan": { "runs": 2, "latency_items": 2, "sampling": { "temperature": 0.6 } },
              "budgets": [ { "task": "gsm8k", "budgets": [0, 64] }, { "task": "arc", "budgets": [0, 8] } ]
            }
            """);
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--plan", file, "--datasets", "arc", "--items", "3", "--budgets", "arc=0,4", "--top-k", "5", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"Plan ({file}): 1 task, 2 runs, 12 trials; exact budgets, token ids", run.Error, StringComparison.Ordinal);
        Assert.Contains("  arc: 3 problems, 2 of them timed; budgets 0,4", run.Error, StringComparison.Ordinal);
        RunManifest manifest = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root))).ReadManifest();
        Assert.Equal(new SamplingSettings(0.6, 0.95, 5, 0), manifest.Plan.Sampling);
        Assert.Equal((2, 3), (manifest.Plan.Runs, manifest.Settings.Problems.Items));
        Assert.Equal("arc=0,8 arc=0,4", string.Join(' ', manifest.Settings.Budgets));
        Assert.Equal([0, 4], Assert.Single(manifest.Tasks).Budgets);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Presets_FollowTheSchema(string name) => AssertFollows(File.ReadAllText(PresetFile(name)));

    [Fact]
    public void PlansDoc_ItsPlan_IsReadAndFollowsTheSchema()
    {
        string example = File.ReadAllText(Repository.File("docs/plans.md")).Split("```json")[1].Split("```")[0];
        AssertFollows(example);
        Assert.Equal(100, PlanFile.Read(Saved(example)).Settings.Problems.Items);
    }

    [Fact]
    public void Default_SaysNothing_AndPaperSaysTheDefaultInFull()
    {
        string defaults = Text(new RunSettings());
        Assert.Equal(defaults, Text(PlanFile.Preset("default").Settings));
        RunSettings paper = PlanFile.Preset("paper").Settings;
        Assert.Equal(
            Benchmarks.All.Select(benchmark => $"{benchmark.Task}={string.Join(',', BudgetGrid.To(benchmark.LargestBudgetTokens))}"),
            paper.Budgets.Select(budget => budget.ToString()));
        Assert.Equal(defaults, Text(paper with { Budgets = [], Problems = new ProblemSettings() }));
        Assert.Equal(Benchmarks.All.Select(benchmark => benchmark.Task), paper.Problems.Datasets!.Value);
    }

    [Fact]
    public void FirstLook_EveryTask_HasAtLeastSixBudgets()
    {
        RunSettings look = PlanFile.Preset("first-look").Settings;
        foreach (Benchmark benchmark in Benchmarks.All)
            Assert.True(look.Budgets.Single(setting => setting.Task == benchmark.Task).Budgets.Length >= 6, benchmark.Task);
        Assert.True(look.Budgets.Single(setting => setting.Task is null).Budgets.Length >= 6);
    }

    /// <summary>About 20 minutes at 3,000 tokens per second, and 80 one at a time; answers of 40 tokens.</summary>
    [Fact]
    public void FirstLook_AtThreeThousandTokensPerSecond_TakesAboutTwentyMinutes()
    {
        RunSettings look = PlanFile.Preset("first-look").Settings;
        var task = new TaskPace(40 / 3000.0, 0.3, 40, 200);
        var pace = new ServerPace
        {
            TraceTokens = 50,
            Loads = [new LoadSpeed(1, 80), new LoadSpeed(128, 3000)],
            LoadedTraceSeconds = 0,
            LoadedTokenSeconds = 1 / 3000.0,
            LoadedSpread = 0,
            DepthTokens = 0,
            TokenGrowthSeconds = 0,
            TimedTraceSeconds = 0.05,
            TimedTokenSeconds = 1 / 80.0,
            TimedSpread = 0,
            SuspectShare = 0,
            StallsPerSecond = 0,
            Tasks = Benchmarks.All.ToImmutableSortedDictionary(benchmark => benchmark.Task, _ => task),
        };
        ExperimentPlan plan = PlanBuilding.Build(look with { Problems = look.Problems with { Samples = true } });
        Assert.InRange(60 * Forecaster.Of(plan, pace, endpoints: 1).TotalHours.Likely, 15, 22);
    }

    [Fact]
    public async Task Write_Options_MakeAPlanThatIsReadBackAndFollowsTheSchema()
    {
        string file = Path.Combine(_root, "mine.json");
        string[] words =
        [
            "--preset", "first-look", "--datasets", "gsm8k,arc", "--items", "7", "--semantics", "cap", "--mix", "arc=0.25,gsm8k=0.75",
        ];
        CommandRun written = await CommandRun.OfAsync(["plan", .. words, "--write", file]);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains(file, written.Output, StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(file, Cancelled);
        AssertFollows(text);
        Assert.True(File.Exists(Path.Combine(_root, "plan.schema.json")));
        RunSettings read = PlanFile.Read(file).Settings;
        Assert.Equal((7, BudgetSemantics.Cap, 3), (read.Problems.Items, read.Plan.Semantics, read.Budgets.Length));
        Assert.Equal(0.75, read.Point.Shares["gsm8k"]);
        CommandRun again = await CommandRun.OfAsync("plan", "--write", file);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(file, Cancelled));
    }

    private static string Text(RunSettings settings) => JsonSerializer.Serialize(settings, ResultsJson.Document);

    private static string PresetFile(string name) => Repository.File($"calibrate/Planning/Presets/{name}.json");

    private static void AssertFollows(string document)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        JsonSchema schema = JsonSchema.FromText(File.ReadAllText(Repository.File("docs/schemas/plan.schema.json")));
        using JsonDocument instance = JsonDocument.Parse(document, options);
        EvaluationResults results = schema.Evaluate(instance.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, string.Join('\n', (results.Details ?? []).Where(detail => detail.Errors is not null).Select(detail =>
            $"{detail.InstanceLocation}: {string.Join("; ", detail.Errors!.Values)}")));
    }

    private string Saved(string text)
    {
        string path = Path.Combine(_root, "plan.json");
        File.WriteAllText(path, text);
        return path;
    }
}
