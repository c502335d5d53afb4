using System.Text.Json.Serialization;
using Calibration.Results.Json;

namespace Calibration.Results;

/// <summary>One graded answer: a problem, a run and a budget. A row of <c>trials.parquet</c>.</summary>
public sealed record Trial
{
    /// <summary>Task name, such as <c>gsm8k</c>.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string Task { get; init; }

    /// <summary>The problem's id within its task.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string ProblemId { get; init; }

    /// <summary>Independent repetition, from 0.</summary>
    public required int Run { get; init; }

    /// <summary>The enforced budget ℓ in thinking tokens.</summary>
    public required int BudgetTokens { get; init; }

    /// <summary>Thinking tokens that preceded the answer, continuation cues included; 0 where the trial failed.</summary>
    public required int ThinkingTokens { get; init; }

    /// <summary>Tokens of the answer without the cue and the end token.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Whether the trial is usable.</summary>
    public required TrialStatus Status { get; init; }

    /// <summary>Why the status is not <see cref="TrialStatus.Ok"/>; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether the answer equals the gold answer.</summary>
    public required bool Correct { get; init; }

    /// <summary>The answer that was read, in canonical form; empty where none was.</summary>
    public required string Answer { get; init; }

    /// <summary>What the model wrote after the answer cue, unchanged. A cue may quote the question, so it is not stored.</summary>
    public required string Response { get; init; }

    /// <summary>The accepted answers, joined by <c>|</c>.</summary>
    public required string Gold { get; init; }

    /// <summary>The thinking trace that this answer continues; answers from one trace are correlated.</summary>
    public required string TraceId { get; init; }

    /// <summary>Continuation cues within the first <see cref="ThinkingTokens"/> tokens of the trace.</summary>
    public required int Cues { get; init; }

    /// <summary>Whether the model ended its thinking within the budget (only under <see cref="BudgetSemantics.Cap"/>).</summary>
    public required bool ClosedByModel { get; init; }

    /// <summary>What the budget means.</summary>
    public required BudgetSemantics Semantics { get; init; }

    /// <summary>How prompts were sent.</summary>
    [FormerName("road")]
    public PromptFormat PromptFormat { get; init; }

    /// <summary>The prompt format in journals of schema 1.</summary>
    [JsonInclude, JsonPropertyName("road")]
    private string FormerRoad
    {
        init => PromptFormat = value == "text" ? PromptFormat.Text : PromptFormat.TokenIds;
    }

    /// <summary>Where the count of thinking tokens came from.</summary>
    public required CountSource CountSource { get; init; }

    /// <summary>Whether the fits may use the trial: its budget was verified and a response came back.</summary>
    [JsonIgnore]
    public bool IsUsable => Status is TrialStatus.Ok or TrialStatus.NoAnswer;

    /// <summary>The trial's identity within a run folder.</summary>
    [JsonIgnore]
    public TrialKey Key => new(Task, ProblemId, Run, BudgetTokens);
}

/// <summary>What makes a trial unique within a run folder, and the order of its rows.</summary>
/// <param name="Task">Task name.</param>
/// <param name="ProblemId">The problem's id.</param>
/// <param name="Run">Repetition, from 0.</param>
/// <param name="BudgetTokens">Budget in thinking tokens.</param>
public readonly record struct TrialKey(string Task, string ProblemId, int Run, int BudgetTokens) : IComparable<TrialKey>
{
    /// <inheritdoc/>
    public int CompareTo(TrialKey other)
    {
        int order = string.CompareOrdinal(Task, other.Task);
        if (order == 0)
            order = string.CompareOrdinal(ProblemId, other.ProblemId);
        if (order == 0)
            order = Run.CompareTo(other.Run);
        return order == 0 ? BudgetTokens.CompareTo(other.BudgetTokens) : order;
    }

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(TrialKey left, TrialKey right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(TrialKey left, TrialKey right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(TrialKey left, TrialKey right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(TrialKey left, TrialKey right) => left.CompareTo(right) >= 0;
}

/// <summary>Whether a trial is usable, and if not, why.</summary>
public enum TrialStatus
{
    /// <summary>The budget was verified and an answer could be read.</summary>
    Ok,

    /// <summary>The budget was verified; no answer could be read, or the token limit cut it off. Counts as not correct.</summary>
    NoAnswer,

    /// <summary>Another number of thinking tokens than the semantics allows; kept, but excluded from the fits.</summary>
    BudgetNotEnforced,

    /// <summary>The number of thinking tokens could not be verified; kept, but excluded from the fits.</summary>
    Unverified,

    /// <summary>No response of use came back; <see cref="Trial.Reason"/> says why. Excluded from the fits.</summary>
    Failed,
}

/// <summary>What a budget of ℓ thinking tokens means.</summary>
public enum BudgetSemantics
{
    /// <summary>
    /// Exactly ℓ tokens: an early end of thinking is overridden by a continuation cue, and after a few cues the end-of-thinking token
    /// is masked.
    /// </summary>
    Exact,

    /// <summary>At most ℓ tokens: the model may end its thinking earlier.</summary>
    Cap,
}

/// <summary>How prompts and continuations are sent to the server.</summary>
public enum PromptFormat
{
    /// <summary>As token ids, so that a cut at token ℓ is exact.</summary>
    [FormerName("ids")]
    TokenIds,

    /// <summary>As text.</summary>
    Text,
}

/// <summary>Where a trial's count of thinking tokens came from.</summary>
public enum CountSource
{
    /// <summary>Token ids that the server returned.</summary>
    Ids,

    /// <summary>The server's usage record.</summary>
    Usage,

    /// <summary>Nowhere: the count is not verified.</summary>
    None,
}
