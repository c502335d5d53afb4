namespace Calibration.Analysis;

/// <summary>How much a warning matters.</summary>
public enum Severity
{
    /// <summary>A reader should know it; the decision stands.</summary>
    Note,

    /// <summary>Numbers may be off by more than their intervals say.</summary>
    Caution,

    /// <summary>The decision may be wrong.</summary>
    Serious,
}

/// <summary>What a reader must know before using the numbers.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">One or two sentences.</param>
public sealed record Warning(Severity Severity, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
