using System.Collections.Concurrent;
using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Budget forcing by token ids: thinking is counted, cut and continued at any token.</summary>
internal sealed class TokenIdForcing(GenerationSender requests, IServerDialect server, ThinkingForm form) : IBudgetForcing
{
    private readonly ConcurrentDictionary<string, int[]> _tokens = new(StringComparer.Ordinal);

    /// <summary>What a budget means.</summary>
    internal BudgetSemantics Semantics { get; init; } = BudgetSemantics.Exact;

    public EndpointFacts Facts => server.Facts;

    public ModelProfile Profile => form.Profile;

    public PromptFormat PromptFormat => PromptFormat.TokenIds;

    public bool OneTraceServesAllBudgets => true;

    public GenerationSender Requests => requests;

    /// <summary>The server's dialect and what it said of itself.</summary>
    internal IServerDialect Server => server;

    /// <summary>How this model thinks, in its token ids.</summary>
    internal ThinkingForm Form => form;

    /// <summary>Finds out who serves and how the model thinks.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    internal static async Task<TokenIdForcing> OpenAsync(EndpointClient client, ForcingOptions options, CancellationToken cancellationToken)
    {
        IServerDialect server = await ServerDetection.DetectAsync(client, options.Model, cancellationToken);
        ThinkingForm form = await ThinkingForm.ResolveAsync(options.Profile, server, cancellationToken);
        var requests = new GenerationSender(client, server, new RequestSettings(options.Sampling, form.Close));
        int[] greeting = await ChatPrompt.RenderAsync(server, "Hi", thinking: true, cancellationToken);
        var canary = new GenerationRequest
        {
            Prompt = [greeting],
            MaxTokens = 1,
            Seed = 1,
            Close = ThinkingEndHandling.Ignore,
            Group = "canary",
        };
        await requests.GenerateAsync(canary, cancellationToken);
        requests.LookBy(canary);
        return new TokenIdForcing(requests, server, form) { Semantics = options.Semantics };
    }

    /// <summary>The same model, where a budget means something else.</summary>
    internal TokenIdForcing Under(BudgetSemantics semantics) => new(requests, server, form) { Semantics = semantics };

    public async Task<string> RenderAsync(string message, CancellationToken cancellationToken) =>
        string.Join(' ', await ChatPrompt.RenderAsync(server, message, thinking: true, cancellationToken));

    public async Task<AskedProblem> AskAsync(Problem problem, CancellationToken cancellationToken)
    {
        ModelProfile profile = form.Profile;
        int[] thinking = await ChatPrompt.RenderAsync(server, problem.Prompt, thinking: true, cancellationToken);
        string natural = profile.CloseToken + profile.AfterClose + problem.AnswerCue;

        // Newer templates open the thinking themselves, with or without its newline.
        int[] open = [.. form.OpenIds];
        int opened = Enumerable.Range(0, open.Length + 1).Last(count => thinking.AsSpan().EndsWith(open.AsSpan(0, count)));
        int[] turn = thinking[..^opened];
        int[] opening = [.. turn, .. open];
        int[] noThinking = profile.NoThinking is { } closed
            ? [.. turn, .. closed.Length == 0 ? [] : await TokensOfAsync(closed, cancellationToken)]
            : await ChatPrompt.RenderAsync(server, problem.Prompt, thinking: false, cancellationToken);
        return new AskedProblem(
            problem,
            opening,
            noThinking,
            await TokensOfAsync(profile.BeforeClose + natural, cancellationToken),
            await TokensOfAsync(natural, cancellationToken),
            await TokensOfAsync(problem.AnswerCue, cancellationToken));
    }

    /// <summary>Token ids of a text; asked until known, and not again.</summary>
    internal async Task<int[]> TokensOfAsync(string text, CancellationToken cancellationToken) =>
        _tokens.TryGetValue(text, out int[]? known) ? known : _tokens.GetOrAdd(text, await server.TokenizeAsync(text, cancellationToken));

    public ValueTask<int> ContextNeededAsync(AskedProblem asked, int budgetTokens, CancellationToken cancellationToken)
    {
        int withThinking = asked.ThinkingPrompt.Length + budgetTokens + asked.ForcedEnd.Length;
        int withoutThinking = asked.NoThinkingPrompt.Length + asked.Cue.Length;
        return new(Math.Max(withThinking, withoutThinking) + asked.Problem.AnswerTokenLimit);
    }

    public async Task<Thought> ThinkAsync(AskedProblem asked, TrialGroup group, int budgetTokens, CancellationToken cancellationToken) =>
        new TokenThought(await new TokenIdThinking(this, asked, group).GenerateAsync(budgetTokens, cancellationToken));

    public Task<string> TextOfAsync(PromptPiece thinking, CancellationToken cancellationToken) =>
        server.DetokenizeAsync(thinking.Ids, cancellationToken);

    public async Task<ContinuedAnswer> AnswerAsync(AskedProblem asked, GenerationRequest request, CancellationToken cancellationToken) =>
        Read(asked, await requests.GenerateAsync(request, cancellationToken));

    public async Task<TimedThought> TimeThinkingAsync(TimedThinking thinking, TimeProvider clock, CancellationToken cancellationToken) =>
        await TimeTraceAsync(
            thinking, Semantics == BudgetSemantics.Exact ? ThinkingEndHandling.Mask : ThinkingEndHandling.Stop, clock, cancellationToken);

    /// <summary>Times a trace; <paramref name="close"/> says what happens when the model ends its thinking.</summary>
    internal Task<TimedTrace> TimeTraceAsync(
        TimedThinking thinking, ThinkingEndHandling close, TimeProvider clock, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = [thinking.Asked.ThinkingPrompt],
            MaxTokens = thinking.BudgetTokens,
            Seed = thinking.Group.SeedOf("latency/thinking"),
            Close = close,
            Cache = PrefixCache.Cold,
            CacheSalt = thinking.CacheSalt,
            Group = thinking.Group.Name,
        };
        return new TokenIdStream(this, thinking, request).TimeAsync(clock, cancellationToken);
    }

    public ContinuedAnswer Read(AskedProblem asked, Generation answer) =>
        ContinuedAnswer.From(asked.Problem, answer, form.EndOfTurn(answer), CountSource.Ids);

    public int? CountOf(Generation generation) => generation.TokenIds.Length;

    /// <summary>The first token of a generation that belongs to an end of thinking or of the turn.</summary>
    internal Task<EndOfThinking> EndOfThinkingAsync(Generation generation, CancellationToken cancellationToken) =>
        EndOfThinking.FindAsync(server, form, generation, cancellationToken);

    /// <summary>The row of a trace.</summary>
    internal static Trace Row(AskedProblem asked, TrialGroup group, ImmutableArray<int> ids) => new()
    {
        TraceId = group.TraceId,
        Task = group.Task,
        ProblemId = group.ProblemId,
        Run = group.Run,
        TokenIds = ids,
        CuePositions = [],
        ClosedByModel = false,
        PromptTokens = asked.ThinkingPrompt.Length,
    };
}
