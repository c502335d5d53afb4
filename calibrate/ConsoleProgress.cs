using System.Globalization;
using Calibration.Harness;

namespace Calibration.Calibrate;

/// <summary>A line of progress every few seconds, in a terminal and in a log file alike.</summary>
internal sealed class ConsoleProgress(TextWriter output, TimeProvider clock) : IProgress<MeasuringProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly long start = clock.GetTimestamp();
    private long lastTime;
    private string lastPass = "";

    public void Report(MeasuringProgress value)
    {
        lock (gate)
        {
            long now = clock.GetTimestamp();
            if (value.Pass == lastPass && value.Done < value.Total && clock.GetElapsedTime(lastTime, now) < Interval)
                return;
            (lastPass, lastTime) = (value.Pass, now);
            TimeSpan elapsed = clock.GetElapsedTime(start, now);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"[{elapsed:hh\\:mm\\:ss}] {value.Pass} pass: {value.Done:N0} of {value.Total:N0} ({100.0 * value.Done / Math.Max(1, value.Total):0} %), {value.ThinkingTokens:N0} thinking tokens, {value.Unusable:N0} unusable"));
        }
    }
}
