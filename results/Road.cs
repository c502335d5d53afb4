namespace Calibration.Results;

/// <summary>How prompts and continuations travelled to the server.</summary>
public enum Road
{
    /// <summary>As token ids, so that a cut at token ℓ is exact.</summary>
    Ids,

    /// <summary>As text.</summary>
    Text,
}

/// <summary>Where a trial's count of thinking tokens came from.</summary>
public enum CountSource
{
    /// <summary>Token ids that the server returned.</summary>
    Ids,

    /// <summary>The server's usage record.</summary>
    Usage,

    /// <summary>Nowhere: the count is not verified.</summary>
    None,
}
