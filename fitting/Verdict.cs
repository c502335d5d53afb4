namespace Calibration.Fitting;

/// <summary>What a fit is worth, in the order of precedence LackOfFit, NotIdentifiable, AtBound, Identified.</summary>
public enum Verdict
{
    /// <summary>Every parameter is determined by the data, inside its bounds.</summary>
    Identified,

    /// <summary>The fit lies on a bound (D = 0, A + D = 1 or t0 = 0); intervals hold, one-sided for that parameter.</summary>
    AtBound,

    /// <summary>At least one parameter cannot be learned from these data.</summary>
    NotIdentifiable,

    /// <summary>The data reject the model's shape: its parameters mean nothing.</summary>
    LackOfFit,

    /// <summary>Too many trials are missing: no curve was fitted.</summary>
    MissingData,
}
