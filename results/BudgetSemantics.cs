namespace Calibration.Results;

/// <summary>What a budget of ℓ thinking tokens means.</summary>
public enum BudgetSemantics
{
    /// <summary>Exactly ℓ tokens: an early end of thinking is overridden by a continuation cue, and after a few cues the close is masked.</summary>
    Exact,

    /// <summary>At most ℓ tokens: thinking may end earlier by the model's own close.</summary>
    Cap,
}
