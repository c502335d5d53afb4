using System.Globalization;
using Calibration.Harness;

namespace Calibration.Calibrate.Output;

/// <summary>A line of progress every few seconds, in a terminal and in a log file alike.</summary>
internal sealed class ConsoleProgress(TextWriter output, TimeProvider clock) : IProgress<MeasuringProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private long _lastTime;
    private string _lastPass = "";

    public void Report(MeasuringProgress value)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            if (value.Pass == _lastPass && value.Done < value.Total && clock.GetElapsedTime(_lastTime, now) < Interval)
                return;
            (_lastPass, _lastTime) = (value.Pass, now);
            output.WriteLine(Line(clock.GetElapsedTime(_start, now), value));
        }
    }

    internal static string Line(TimeSpan elapsed, MeasuringProgress value)
    {
        EndpointTraffic traffic = value.Traffic;
        string resent = traffic.Resent == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $", {traffic.Resent:N0} resent (about {traffic.WastedTokens:N0} generated tokens wasted)");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{(int)elapsed.TotalHours:00}:{elapsed.Minutes:00}:{elapsed.Seconds:00}] {value.Pass} pass: {value.Done:N0} of "
                + $"{value.Total:N0} ({100.0 * value.Done / Math.Max(1, value.Total):0} %), {value.ThinkingTokens:N0} thinking tokens, "
                + $"{value.Excluded:N0} excluded, {traffic.InFlight:N0} requests in flight (limit {traffic.Limit:N0}){resent}");
    }
}
