using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>
/// One model on one endpoint, made to think up to a budget and to answer from there: by token ids, where one trace is cut at every budget,
/// or by text, where every budget thinks for itself.
/// </summary>
public interface IBudgetForcing
{
    /// <summary>What the server said of itself.</summary>
    EndpointFacts Facts { get; }

    /// <summary>How the model thinks.</summary>
    ModelProfile Profile { get; }

    /// <summary>How prompts travel.</summary>
    PromptFormat PromptFormat { get; }

    /// <summary>Whether one trace, cut, serves all budgets; else every budget has thinking of its own.</summary>
    bool OneTraceServesAllBudgets { get; }

    /// <summary>A message as the model is asked it: the same on every endpoint that serves the model in the same way.</summary>
    /// <exception cref="EndpointException">The server cannot render it.</exception>
    Task<string> RenderAsync(string message, CancellationToken cancellationToken);

    /// <summary>Sends the requests.</summary>
    internal GenerationSender Requests { get; }

    /// <summary>The problem as the model is asked it.</summary>
    /// <exception cref="EndpointException">The server cannot render it.</exception>
    internal Task<AskedProblem> AskAsync(Datasets.Problem problem, CancellationToken cancellationToken);

    /// <summary>
    /// Upper bound on the tokens of context that prompt, thinking, end-of-thinking token, cue and answer need together at a budget.
    /// </summary>
    /// <exception cref="EndpointException">The server refused to count.</exception>
    internal ValueTask<int> ContextNeededAsync(AskedProblem asked, int budgetTokens, CancellationToken cancellationToken);

    /// <summary>
    /// Thinks up to a budget of at least 1. Under <see cref="BudgetSemantics.Exact"/> a shorter trace means that the server did not enforce
    /// the budget; under <see cref="BudgetSemantics.Cap"/> the model may have ended its thinking.
    /// </summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    internal Task<Thought> ThinkAsync(AskedProblem asked, TrialGroup group, int budgetTokens, CancellationToken cancellationToken);

    /// <summary>Thinking as text.</summary>
    /// <exception cref="EndpointException">The server cannot give the text of token ids.</exception>
    internal Task<string> TextOfAsync(PromptPiece thinking, CancellationToken cancellationToken);

    /// <summary>Asks for an answer.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    internal Task<ContinuedAnswer> AnswerAsync(AskedProblem asked, GenerationRequest request, CancellationToken cancellationToken);

    /// <summary>Thinks in one streamed request, which is sent once, and times it.</summary>
    /// <exception cref="EndpointException">The server refused, broke off, or sent what cannot be read.</exception>
    internal Task<TimedThought> TimeThinkingAsync(TimedThinking thinking, TimeProvider clock, CancellationToken cancellationToken);

    /// <summary>Counts and grades an answer.</summary>
    internal ContinuedAnswer Read(AskedProblem asked, Generation answer);

    /// <summary>Tokens of a generation that nothing but its limit should end; absent where they are not counted.</summary>
    internal int? CountOf(Generation generation);
}

/// <summary>Thinking to be timed.</summary>
/// <param name="Asked">The problem, in a prompt like no other's where the server needs that.</param>
/// <param name="Group">Its group.</param>
/// <param name="BudgetTokens">Tokens to think, at least 1.</param>
/// <param name="CacheSalt">What it leaves in the prefix cache is found by.</param>
internal sealed record TimedThinking(AskedProblem Asked, TrialGroup Group, int BudgetTokens, string CacheSalt);

/// <summary>Which model is asked on an endpoint, and how.</summary>
public sealed record ForcingOptions
{
    /// <summary>By token ids or by text.</summary>
    public required PromptFormat PromptFormat { get; init; }

    /// <summary>The wanted model; absent where the endpoint serves only one.</summary>
    public string? Model { get; init; }

    /// <summary>The model's profile; absent where it is to be detected.</summary>
    public ModelProfile? Profile { get; init; }

    /// <summary>The model's context length in text mode, if the server does not report it.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Sampling of every request.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Paper;

    /// <summary>What a budget means.</summary>
    public BudgetSemantics Semantics { get; init; } = BudgetSemantics.Exact;
}

/// <summary>Opens models on endpoints.</summary>
public static class BudgetForcing
{
    /// <summary>Finds out who serves and how the model thinks.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    public static async Task<IBudgetForcing> OpenAsync(EndpointClient client, ForcingOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        return options.PromptFormat == PromptFormat.TokenIds
            ? await TokenIdForcing.OpenAsync(client, options, cancellationToken)
            : await TextForcing.OpenAsync(client, options, cancellationToken);
    }
}
