using System.Globalization;

namespace Calibration.Report.Tables;

/// <summary>A duration in words.</summary>
public static class DurationText
{
    /// <summary>45 s, 12 min, 3 h 5 min.</summary>
    public static string Of(TimeSpan time) => time.TotalSeconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalMinutes < 90
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0} h {time.Minutes} min");
}
