namespace Calibration.Results;

/// <summary>Whether a trial may be believed, and if not, why not.</summary>
public enum TrialStatus
{
    /// <summary>The budget was verified and an answer could be read.</summary>
    Ok,

    /// <summary>The budget was verified; no answer could be read, or the token limit cut it off. Counts as not correct.</summary>
    NoAnswer,

    /// <summary>Another number of thinking tokens than the semantics allows; kept, and out of the fits.</summary>
    BudgetNotEnforced,

    /// <summary>The number of thinking tokens could not be verified; kept, and out of the fits.</summary>
    Unverified,

    /// <summary>No response of use came back; <see cref="Trial.Reason"/> says why. Out of the fits.</summary>
    Failed,
}
