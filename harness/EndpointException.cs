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
}
