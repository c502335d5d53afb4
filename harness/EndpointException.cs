namespace Calibration.Harness;

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

    /// <summary>How long the endpoint asks to be left alone; absent where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The endpoint stayed away for longer than it was waited for. Nothing is wrong with the request, and no trial failed by it.</summary>
public sealed class EndpointLostException(string message) : Exception(message);
