using System.Globalization;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>How long measuring may go on.</summary>
internal static class TimeLimits
{
    /// <summary>The time that is left from now on; null where there is no limit.</summary>
    /// <exception cref="UserFault">A limit is malformed, or both are given.</exception>
    internal static TimeSpan? Of(RunSettings settings, TimeProvider clock)
    {
        if (settings.Hours is { } hours)
        {
            if (settings.Deadline is not null)
                throw new UserFault("{Hours} and {Deadline} exclude each other: give one.");
            return hours is > 0 and < 1_000
                ? TimeSpan.FromHours(hours)
                : throw new UserFault(FormattableString.Invariant($"{{Hours}} is {hours}: give a number of hours above 0."));
        }

        if (settings.Deadline is not { } text)
            return null;
        if (!TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
            throw new UserFault($"{{Deadline}} is \"{text}\": give a time of day such as 07:30.");
        DateTime now = clock.GetLocalNow().DateTime;
        DateTime then = now.Date + time.ToTimeSpan();
        return (then > now ? then : then.AddDays(1)) - now;
    }
}
