namespace Calibration.Results;

/// <summary>How a run asks its questions.</summary>
public record RunPlan
{
    /// <summary>Default number of requests in flight.</summary>
    public const int DefaultConcurrency = 128;

    /// <summary>How prompts are sent.</summary>
    public PromptFormat PromptFormat { get; init; } = PromptFormat.TokenIds;

    /// <summary>Independent repetitions of every problem, at least 1; the paper's 3.</summary>
    public int Runs { get; init; } = 3;

    /// <summary>What a budget means.</summary>
    public BudgetSemantics Semantics { get; init; } = BudgetSemantics.Exact;

    /// <summary>Sampling of every request.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Paper;

    /// <summary>Seed that all others follow from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Maximum number of requests in flight per endpoint in the accuracy pass, at least 1; it changes no result.</summary>
    public int Concurrency { get; init; } = DefaultConcurrency;

    /// <summary>Problems per task in the latency pass, at least 2: with one trace there is no standard error.</summary>
    public int LatencyItems { get; init; } = 10;

    /// <summary>
    /// Whether every budget has a trace of its own instead of a cut of one trace: costs more, but the answers are independent.
    /// </summary>
    public bool Independent { get; init; }

    /// <summary>Whether the text of the thinking is stored too, which may quote the question.</summary>
    public bool KeepText { get; init; }

    /// <summary>The part of the plan that the run does; all of it by default.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>
    /// Largest budget in tokens that every trace of the latency pass reaches; one trace per task reaches the grid's largest.
    /// </summary>
    public int LatencyBudgetLimit { get; init; } = 4096;

    /// <summary>Every fault of these settings in one sentence; a setting is named in braces by its property.</summary>
    public IEnumerable<string> SettingFaults()
    {
        if (Runs < 1)
            yield return $"{{Runs}} is {Runs}: at least 1 is needed.";
        if (Concurrency < 1)
            yield return $"{{Concurrency}} is {Concurrency}: at least 1 is needed.";
        if (LatencyItems < 2)
            yield return $"{{LatencyItems}} is {LatencyItems}: at least 2 are needed, because one trace has no standard error.";
        if (LatencyBudgetLimit < 0)
            yield return $"{{LatencyBudgetLimit}} is {LatencyBudgetLimit}: it must be 0 or more.";
        if (Sampling.Temperature < 0 || Sampling.TopP is <= 0 or > 1 || Sampling.TopK < 0 || Sampling.MinP is < 0 or > 1)
        {
            yield return "Sampling is out of range: {Temperature} and {TopK} must be at least 0, {TopP} above 0 and at most 1, "
                + "{MinP} from 0 to 1.";
        }

        if (Semantics == BudgetSemantics.Exact && PromptFormat == PromptFormat.Text)
        {
            yield return "{PromptFormat} text cannot enforce a budget exactly, because text cannot be continued to a number of tokens: "
                + "give {Semantics} cap.";
        }
    }
}

/// <summary>One of several parts of a plan that run separately, such as the jobs of an array; merged by <c>calibrate merge</c>.</summary>
/// <param name="Index">Number of this part, from 1.</param>
/// <param name="Count">Number of parts.</param>
public sealed record Shard(int Index, int Count)
{
    /// <summary>The complete plan.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>The latency pass stays on one endpoint: the first part's.</summary>
    public bool MeasuresLatency => Index == 1;

    /// <summary>Whether this part does a group, by the group's position in the plan.</summary>
    public bool Has(int position) => position % Count == Index - 1;
}

/// <summary>Sampling, sent in full with every request and stored, because servers take defaults from the model.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Nucleus mass, in (0, 1].</param>
/// <param name="TopK">Number of most likely tokens kept; 0 keeps all.</param>
/// <param name="MinP">Minimum probability relative to the most likely token, in [0, 1].</param>
public sealed record SamplingSettings(double Temperature, double TopP, int TopK, double MinP)
{
    /// <summary>The paper's temperature 0.1; top-p, top-k and min-p of Qwen3's model card (which itself names temperature 0.6).</summary>
    public static SamplingSettings Paper { get; } = new(0.1, 0.95, 20, 0);
}
