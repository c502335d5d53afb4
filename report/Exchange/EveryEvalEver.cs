using System.Globalization;
using System.Text.Json.Nodes;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Report.Exchange;

/// <summary>What an export says that the run does not know.</summary>
/// <param name="Organization">Who measured.</param>
/// <param name="Relationship">Relation of who measured to the model's developer, as in <see cref="EveryEvalEver.Relationships"/>.</param>
/// <param name="ModelId">The model as developer/model.</param>
/// <param name="Utc">When the export is made.</param>
public sealed record EvaluationSource(string Organization, string Relationship, string ModelId, DateTime Utc)
{
    /// <summary>Repositories of the Hugging Face hub where benchmarks are published, by task.</summary>
    public required IReadOnlyDictionary<string, string> Repositories { get; init; }
}

/// <summary>
/// A run's accuracies as one document of the Every Eval Ever schema 0.3.0 (github.com/evaleval/every_eval_ever): a result per task and
/// budget.
/// </summary>
public static class EveryEvalEver
{
    private const string SchemaVersion = "0.3.0";
    private const double Level = 0.95;

    /// <summary>What the schema allows as relation of who measured to the model's developer.</summary>
    public static IReadOnlyList<string> Relationships { get; } = ["first_party", "third_party", "collaborative", "other"];

    /// <summary>The document.</summary>
    /// <param name="manifest">What the run is.</param>
    /// <param name="fits">Its accuracies.</param>
    /// <param name="source">What the run does not know.</param>
    public static string Json(RunManifest manifest, RunFits fits, EvaluationSource source)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(fits);
        ArgumentNullException.ThrowIfNull(source);
        var document = new JsonObject
        {
            ["schema_version"] = SchemaVersion,
            ["evaluation_id"] = $"calibration/{source.ModelId.Replace('/', '_')}/{manifest.Id}",
            ["evaluation_timestamp"] = Epoch(manifest.CreatedUtc),
            ["retrieved_timestamp"] = Epoch(source.Utc),
            ["source_metadata"] = new JsonObject
            {
                ["source_name"] = "Calibration",
                ["source_type"] = "evaluation_run",
                ["source_organization_name"] = source.Organization,
                ["evaluator_relationship"] = source.Relationship,
                ["additional_details"] = Texts(Caveats(manifest, fits)),
            },
            ["eval_library"] = new JsonObject
            {
                ["name"] = "calibration",
                ["version"] = manifest.Tool.Version,
                ["additional_details"] = Texts([("commit", manifest.Tool.Commit)]),
            },
            ["model_info"] = Model(manifest, source),
            ["evaluation_results"] = new JsonArray(
            [
                .. from task in fits.Tasks
                   from point in task.Accuracy.Points
                   where point.Answers > 0
                   select Result(new Measured(manifest, task, point), source),
            ]),
        };
        return document.ToJsonString(ResultsJson.Document) + "\n";
    }

    private static IEnumerable<(string, string)> Caveats(RunManifest manifest, RunFits fits) =>
    [
        ("run", manifest.Id), ("simulated", manifest.Simulated ? "true" : "false"), ("incomplete", fits.Incomplete?.ToString() ?? ""),
        .. manifest.Notes.Select(note => ("note_" + note.Key, note.Value)),
    ];

    private static JsonObject Model(RunManifest manifest, EvaluationSource source) => new()
    {
        ["name"] = manifest.ShownModel + (manifest.Simulated ? " (simulated endpoint)" : ""),
        ["id"] = source.ModelId,
        ["developer"] = source.ModelId.Split('/')[0],
        ["inference_engine"] = new JsonObject
        {
            ["name"] = manifest.Endpoint.Server,
            ["version"] = manifest.Endpoint.Version,
        },
        ["additional_details"] = new JsonObject
        {
            ["deployment_type"] = manifest.Plan.PromptFormat == PromptFormat.TokenIds ? "self_deployed" : "unknown",
            ["model_availability"] = "unknown",
        },
    };

    private static JsonObject Result(Measured at, EvaluationSource source)
    {
        string budget = at.Point.BudgetTokens.ToString(CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["evaluation_result_id"] = $"calibration.{at.Task.Task}.{budget}",
            ["evaluation_name"] = $"calibration.{at.Task.Task}",
            ["source_data"] = Data(at, source),
            ["evaluation_timestamp"] = Epoch(at.Manifest.CreatedUtc),
            ["metric_config"] = new JsonObject
            {
                ["evaluation_description"] = DescriptionOf(at, budget),
                ["metric_id"] = "accuracy",
                ["metric_name"] = "Accuracy",
                ["metric_kind"] = "accuracy",
                ["metric_unit"] = "proportion",
                ["metric_parameters"] = new JsonObject { ["thinking_budget_tokens"] = at.Point.BudgetTokens },
                ["lower_is_better"] = false,
                ["score_type"] = "continuous",
                ["min_score"] = 0,
                ["max_score"] = 1,
            },
            ["score_details"] = Score(at),
            ["generation_config"] = Generation(at.Manifest.Plan, at.Point.BudgetTokens),
        };
    }

    private static string DescriptionOf(Measured at, string budget)
    {
        string what = at.Manifest.Plan.Semantics == BudgetSemantics.Exact ? "exactly" : "at most";
        return $"{at.Task.DisplayName} with {what} {budget} thinking tokens"
            + (at.Manifest.Simulated ? ". SIMULATED endpoint: not a result of a real model" : "");
    }

    /// <summary>Where the problems are published; our own samples and a user's tasks are published nowhere.</summary>
    private static JsonObject Data(Measured at, EvaluationSource source)
    {
        TaskFacts facts = at.Manifest.Tasks.First(task => task.Task == at.Task.Task);
        JsonObject details = Texts(
        [
            ("problems", facts.Items.ToString(CultureInfo.InvariantCulture)),
            .. facts.Files.Select(file => ($"sha256 {file.Path}", file.Sha256)),
        ]);
        if (!at.Manifest.Samples && source.Repositories.TryGetValue(facts.Task, out string? repository))
        {
            return new JsonObject
            {
                ["dataset_name"] = facts.DisplayName,
                ["source_type"] = "hf_dataset",
                ["hf_repo"] = repository,
                ["additional_details"] = details,
            };
        }

        return new JsonObject
        {
            ["dataset_name"] = at.Manifest.Samples ? $"sample problems of Calibration: {facts.DisplayName}" : facts.DisplayName,
            ["source_type"] = "other",
            ["additional_details"] = details,
        };
    }

    private static JsonObject Score(Measured at)
    {
        AccuracyPoint point = at.Point;
        AccuracyInterval? interval = at.Task.Intervals.FirstOrDefault(known => known.BudgetTokens == point.BudgetTokens);
        BudgetAnswers? answers = at.Task.Answers.FirstOrDefault(known => known.BudgetTokens == point.BudgetTokens);
        BudgetExclusion? exclusion = at.Task.Exclusions.FirstOrDefault(known => known.BudgetTokens == point.BudgetTokens);
        var score = new JsonObject
        {
            ["score"] = point.Correct / point.Answers,
            ["details"] = Texts(
            [
                ("answers", Exact(point.Answers)), ("correct", Exact(point.Correct)), ("excluded_trials", Exact(exclusion?.Excluded)),
                ("answers_not_read", Exact(answers?.Unread)), ("answers_limited_by_budget", Exact(answers?.Limited)),
                ("problems", Exact(interval?.Problems)),
            ]),
        };
        if (interval is not null)
        {
            score["uncertainty"] = new JsonObject
            {
                ["confidence_interval"] = new JsonObject
                {
                    ["lower"] = interval.Low,
                    ["upper"] = interval.High,
                    ["confidence_level"] = Level,
                    ["method"] = "clustered by problem",
                },
                ["num_samples"] = (int)point.Answers,
            };
        }

        return score;
    }

    private static JsonObject Generation(RunPlan plan, int budget) => new()
    {
        ["generation_args"] = new JsonObject
        {
            ["temperature"] = plan.Sampling.Temperature,
            ["top_p"] = plan.Sampling.TopP,
            ["top_k"] = plan.Sampling.TopK,
            ["reasoning"] = budget > 0,
        },
        ["additional_details"] = Texts(
        [
            ("thinking_budget_tokens", Exact(budget)), ("budget_semantics", plan.Semantics == BudgetSemantics.Exact ? "exact" : "cap"),
            ("min_p", Exact(plan.Sampling.MinP)), ("runs_per_problem", Exact(plan.Runs)), ("seed", Exact(plan.Seed)),
        ]),
    };

    /// <summary>Details are texts; those that are not known are absent.</summary>
    private static JsonObject Texts(IEnumerable<(string Name, string Text)> details) => new(
        details.Where(detail => detail.Text.Length > 0).Select(detail => KeyValuePair.Create(detail.Name, (JsonNode?)detail.Text)));

    private static string Epoch(DateTime utc) =>
        new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>One accuracy.</summary>
    private sealed record Measured(RunManifest Manifest, TaskFits Task, AccuracyPoint Point);
}
