namespace Calibration.Fitting;

/// <summary>What is known about one parameter.</summary>
public enum ParameterStatus
{
    /// <summary>Determined by the data, inside its bounds.</summary>
    Identified,

    /// <summary>The estimate lies on a bound, named by the reason.</summary>
    AtBound,

    /// <summary>Not determined by the data; there is no standard error and no interval.</summary>
    NotIdentifiable,
}
