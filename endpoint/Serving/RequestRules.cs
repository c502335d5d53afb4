using System.Globalization;
using Calibration.Endpoint.Model;

namespace Calibration.Endpoint.Serving;

/// <summary>A request that the endpoint refuses, in vLLM's words.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">Kind of the error.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Param">The field that is wrong; null where vLLM names none.</param>
internal sealed record Refusal(int Status, string Type, string Message, string? Param = null);

/// <summary>
/// What vLLM 0.32.0 refuses of a completion request, as recorded: a request that passes here passes there. Faults of type (a word for a
/// number, a seed beyond 64 bits) are found while the request is read.
/// </summary>
internal static class RequestRules
{
    private const int LongestSalt = 128;

    /// <summary>Why the request is refused; null where it is accepted.</summary>
    internal static Refusal? RefusalOf(CompletionRequest request, EndpointOptions options)
    {
        int context = options.ContextTokens;
        if (request.Model.Length > 0 && request.Model != options.Model)
            return new Refusal(
                404, "NotFoundError", $"The model `{request.Model}` does not exist. Valid aliases: {options.Model}.", "model");
        if (request.MaxTokens < 1)
            return Field("max_tokens", $"max_tokens must be at least 1, got {request.MaxTokens}.", Shown(request.MaxTokens));
        if (request.MaxTokens > context)
        {
            return Field(
                "max_tokens",
                $"max_tokens={request.MaxTokens} cannot be greater than max_model_len={context}. Please request fewer output tokens.",
                Shown(request.MaxTokens));
        }

        if (request.Prompt.Length >= context)
            return Plain($"This model's maximum context length is {context} tokens, and your prompt contains {request.Prompt.Length}.");
        if (request.Prompt.FirstOrDefault(id => !ByteTokenizer.IsKnown(id), -1) is >= 0 and int unknown)
            return Plain($"Token id {unknown} is out of vocabulary");
        return Sampling(request) ?? Extensions(request);
    }

    private static Refusal? Sampling(CompletionRequest request)
    {
        if (request.MinTokens > request.MaxTokens)
            return Plain($"min_tokens must be less than or equal to max_tokens={request.MaxTokens}, got {request.MinTokens}.");
        if (request.MinTokens < 0)
            return Plain($"min_tokens must be greater than or equal to 0, got {request.MinTokens}.");
        if (request.TopK < -1)
            return Plain($"top_k must be 0 (disable), or at least 1, got {request.TopK}.");
        if (request.Temperature < 0)
            return Field("temperature", $"temperature must be non-negative, got {Real(request.Temperature)}.", Real(request.Temperature));
        if (request.TopP is <= 0 or > 1)
            return Field("top_p", $"top_p must be in (0, 1], got {Real(request.TopP)}.", Real(request.TopP));
        return request.MinP is < 0 or > 1 ? Field("min_p", $"min_p must be in [0, 1], got {Real(request.MinP)}.",
            Real(request.MinP)) : null;
    }

    private static Refusal? Extensions(CompletionRequest request)
    {
        if (request.ThinkingTokenBudget is < -1 and int budget)
        {
            return Field(
                "thinking_token_budget", "`thinking_token_budget` must be a non-negative integer or -1 for unlimited.", Shown(budget));
        }

        return request.CacheSalt.Length > LongestSalt || request.CacheSalt.AsSpan().ContainsAny("@/\\\0")
            ? new Refusal(
                400,
                "BadRequestError",
                "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/', '\\\\', or NUL. "
                    + "(parameter=cache_salt)",
                "cache_salt")
            : null;
    }

    private static Refusal Plain(string message) => new(400, "BadRequestError", message);

    private static Refusal Field(string name, string message, string value) =>
        new(400, "BadRequestError", $"{message} (parameter={name}, value={value})", name);

    private static string Shown(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Python shows an integral float with its point.</summary>
    private static string Real(double value) => value.ToString(value == Math.Floor(value) ? "0.0" : "R", CultureInfo.InvariantCulture);
}
