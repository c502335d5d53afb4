using System.Text;

namespace Calibration.Harness.Transport;

/// <summary>A complete HTTP response.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body as it came.</param>
/// <param name="RetryAfter">How long the endpoint asks to be left alone; absent where it does not say.</param>
public sealed record EndpointReply(int Status, BinaryData Body, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the request was granted.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The refusal in one sentence, with the server's own words cut to a line.</summary>
    public EndpointException Fault(Uri uri)
    {
        string words = Encoding.UTF8.GetString(Body.ToMemory().Span[..Math.Min(Body.ToMemory().Length, 400)]).ReplaceLineEndings(" ");
        return new EndpointException(Status is 401 or 403
            ? $"{uri} refused the request (HTTP {Status}): give a valid key with {{ApiKeyEnv}} or {{ApiKeyFile}}."
            : $"{uri} answered HTTP {Status}: {words}")
        {
            Status = Status,
            IsTooLong = Status is 400 or 413 or 422 && IsAboutLength(words),
            MayPass = Status is 408 or 425 or 429 or 500 or 502 or 503 or 504,
            RetryAfter = RetryAfter,
        };
    }

    /// <summary>vLLM, SGLang and llama.cpp name the context in such a refusal, each in its own words.</summary>
    private static bool IsAboutLength(string words) =>
        ((string[])["context length", "context size", "max_model_len", "exceed_context", "longer than the model"])
            .Any(part => words.Contains(part, StringComparison.OrdinalIgnoreCase));
}
