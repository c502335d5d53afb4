using System.Text;
using Calibration.Datasets;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>
/// Budget forcing by text, on a server that offers nothing else: a budget is the limit of a request of its own, and counts come from the
/// usage record where there is one.
/// </summary>
internal sealed class TextForcing : IBudgetForcing
{
    private readonly TextTemplate _template;
    private readonly TextEnd _close;

    private TextForcing(GenerationSender requests, TextTemplate template, TextEnd close) =>
        (Requests, this._template, this._close) = (requests, template, close);

    public EndpointFacts Facts => Requests.Facts;

    public ModelProfile Profile => _template.Profile;

    public PromptFormat PromptFormat => PromptFormat.Text;

    public bool OneTraceServesAllBudgets => false;

    public GenerationSender Requests { get; }

    /// <summary>Finds the model.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    internal static async Task<TextForcing> OpenAsync(EndpointClient client, ForcingOptions options, CancellationToken cancellationToken)
    {
        TextCompletions server = await ServerDetection.DetectTextAsync(client, options.Model, options.ContextTokens, cancellationToken);
        TextTemplate template = await TextTemplate.DetectAsync(server, options.Profile, cancellationToken);
        string closeText = template.Profile.CloseToken;
        var requests = new GenerationSender(client, server, new RequestSettings(options.Sampling, new ThinkingEnd(closeText, null)));
        string greeting = (await template.RenderAsync("Hi", cancellationToken)).Thinking;
        GenerationRequest canary = OneToken(greeting, "canary");
        Generation open = await requests.GenerateAsync(canary, cancellationToken);
        Generation closed = await requests.GenerateAsync(OneToken(greeting + closeText, "canary"), cancellationToken);
        requests.LookBy(canary);
        bool isOneToken = closed.PromptTokens - open.PromptTokens == 1;
        return new TextForcing(requests, template, new TextEnd(closeText, isOneToken, options.Semantics));
    }

    public async Task<string> RenderAsync(string message, CancellationToken cancellationToken) =>
        (await _template.RenderAsync(message, cancellationToken)).Thinking;

    public async Task<AskedProblem> AskAsync(Problem problem, CancellationToken cancellationToken)
    {
        TextPrompt prompt = await _template.RenderAsync(problem.Prompt, cancellationToken);
        string natural = Profile.CloseToken + Profile.AfterClose + problem.AnswerCue;
        return new AskedProblem(problem, prompt.Thinking, prompt.NoThinking, Profile.BeforeClose + natural, natural, problem.AnswerCue);
    }

    public async ValueTask<int> ContextNeededAsync(AskedProblem asked, int budgetTokens, CancellationToken cancellationToken) =>
        await ContextNeededAsync(
            TextOf(asked.AnswerPrompt(TextThought.Empty, budgetTokens)), budgetTokens + asked.Problem.AnswerTokenLimit, cancellationToken);

    public async Task<Thought> ThinkAsync(AskedProblem asked, TrialGroup group, int budgetTokens, CancellationToken cancellationToken)
    {
        GenerationRequest request = Thinking(asked, group, budgetTokens) with { Close = ThinkingEndHandling.Stop };
        return TextThought.From(await Requests.GenerateAsync(request, cancellationToken), budgetTokens, _close);
    }

    public Task<string> TextOfAsync(PromptPiece thinking, CancellationToken cancellationToken) => Task.FromResult(thinking.Text!);

    public async Task<ContinuedAnswer> AnswerAsync(AskedProblem asked, GenerationRequest request, CancellationToken cancellationToken)
    {
        // Thinking that was written as text may have more tokens when it is read again.
        Facts.RefuseBeyondContext(
            "Prompt, thinking and answer", await ContextNeededAsync(TextOf(request.Prompt), request.MaxTokens, cancellationToken));
        return Read(asked, await Requests.GenerateAsync(request, cancellationToken));
    }

    /// <summary>Nothing ends it but the limit, beyond the end of the turn where the server can.</summary>
    public async Task<TimedThought> TimeThinkingAsync(TimedThinking thinking, TimeProvider clock, CancellationToken cancellationToken)
    {
        GenerationRequest request = Thinking(thinking.Asked, thinking.Group, thinking.BudgetTokens) with
        {
            Close = ThinkingEndHandling.Mask,
        };
        double? first = null, server = null;
        double end = 0;
        int? cached = null, prefix = null, count = null;
        var text = new StringBuilder();
        foreach ((Generation chunk, double seconds) in await Requests.StreamOnceAsync(request, clock, cancellationToken))
        {
            first ??= seconds;
            end = chunk.Text.Length > 0 || chunk.Ending != Ending.None ? seconds : end;
            cached = chunk.CachedTokens ?? cached;
            prefix = chunk.PromptTokens + chunk.CompletionTokens ?? prefix;
            server = chunk.ServerSeconds ?? server;
            text.Append(chunk.Text);
            count = chunk.CompletionTokens ?? count;
        }

        var thought = TextThought.FromTimed(text.ToString(), count, thinking.BudgetTokens);
        return new TimedText(thinking.Asked, thought, thinking.CacheSalt, end)
        {
            FirstSeconds = first ?? end,
            CachedTokens = cached,
            ServerSeconds = server,
            CountedTokens = prefix,
        };
    }

    public ContinuedAnswer Read(AskedProblem asked, Generation answer) =>
        ContinuedAnswer.From(asked.Problem, answer, answer.TokensBeforeEnd, CountSource.Usage);

    public int? CountOf(Generation generation) => generation.TokensBeforeEnd;

    private static GenerationRequest Thinking(AskedProblem asked, TrialGroup group, int budgetTokens) => new()
    {
        Prompt = [asked.ThinkingPrompt],
        MaxTokens = budgetTokens,
        Seed = group.SeedOf("thinking"),
        Close = ThinkingEndHandling.Ignore,
        Group = group.Name,
    };

    private static GenerationRequest OneToken(string prompt, string group) =>
        new() { Prompt = [prompt], MaxTokens = 1, Seed = 1, Close = ThinkingEndHandling.Ignore, Group = group };

    /// <summary>
    /// No token is shorter than a byte: where the bytes of the prompt fit, nothing is asked; elsewhere the server counts them, in a request
    /// for one token. A server without counts cannot be asked.
    /// </summary>
    private async ValueTask<int> ContextNeededAsync(string prompt, int tokens, CancellationToken cancellationToken)
    {
        // A tokenizer may put a token of its own before the first, and a space.
        int atMost = Encoding.UTF8.GetByteCount(prompt) + 2 + tokens;
        return atMost <= Facts.ContextTokens
            ? atMost
            : ((await Requests.GenerateAsync(OneToken(prompt, "count"), cancellationToken)).PromptTokens ?? 0) + tokens;
    }

    private static string TextOf(IEnumerable<PromptPiece> prompt) => string.Concat(prompt.Select(piece => piece.Text));
}
