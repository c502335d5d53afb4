namespace Calibration.Datasets;

/// <summary>
/// A benchmark's file is missing, malformed or unreachable. The message is one sentence for the user:
/// which file, row and field, what was expected, and what to do.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Whether the benchmark's files are simply not there.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>Says what is wrong.</summary>
    /// <param name="message">One sentence for the user; never holds a token or a question's text.</param>
    public DatasetException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and keeps the exception that revealed it.</summary>
    /// <param name="message">One sentence for the user.</param>
    /// <param name="innerException">What the reader or the network reported.</param>
    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
