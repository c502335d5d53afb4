namespace Calibration.Harness.Transport;

/// <summary>The endpoint did not do what was asked; the message says what happened and names no secret.</summary>
public sealed class EndpointException : Exception
{
    /// <summary>A fault in one sentence.</summary>
    public EndpointException(string message)
        : base(message)
    {
    }

    /// <summary>A fault in one sentence, with what caused it.</summary>
    public EndpointException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>HTTP status of the refusal; 0 where no refusal came.</summary>
    public int Status { get; init; }

    /// <summary>Whether the same request may be granted later.</summary>
    public bool MayPass { get; init; }

    /// <summary>Whether the request was abandoned because no response came in time.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Whether no connection could be made.</summary>
    public bool IsUnreachable { get; init; }

    /// <summary>Whether prompt and output together are longer than the model's context.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>Tokens that were generated and cannot be used; of an abandoned request, an estimate.</summary>
    public int WastedTokens { get; init; }

    /// <summary>
    /// Whether every request of this kind will be refused: a 4xx that is neither about the key, the model or the load, nor about this
    /// request's length.
    /// </summary>
    public bool IsPermanentRefusal => Status is >= 400 and < 500 and not (401 or 403 or 404 or 408 or 425 or 429) && !IsTooLong;

    /// <summary>How long the endpoint asks to be left alone; absent where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The endpoint refuses every request of a kind that measuring needs: nothing can be measured until that is mended.</summary>
public sealed class EndpointRefusedException(string message) : Exception(message);

/// <summary>
/// The endpoint stayed away for longer than it was waited for. Nothing is wrong with the request, and no trial failed by it.
/// </summary>
public sealed class EndpointLostException(string message) : Exception(message);
