using System.Collections.Immutable;

namespace Calibration.Endpoint;

/// <summary>One completion by the endpoint's own clock, which starts when the request has been read.</summary>
/// <param name="User">The request's <c>user</c> field.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="MaxTokens">Maximum number of tokens that the request asked for.</param>
/// <param name="ThinkingTokens">Tokens of the prompt that are inside the thinking block.</param>
/// <param name="ThinkingClosed">Whether the prompt ends the thinking, so that the answer was requested.</param>
/// <param name="Thinking">The ids of those tokens.</param>
/// <param name="TokenSeconds">Of a stream: seconds until each token was sent; empty otherwise.</param>
/// <param name="Seconds">Seconds until the complete response was sent.</param>
public sealed record ServedRequest(
    string User, int PromptTokens, int MaxTokens, int ThinkingTokens, bool ThinkingClosed, ReadOnlyMemory<int> Thinking,
    ImmutableArray<double> TokenSeconds, double Seconds);
