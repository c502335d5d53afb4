using System.Globalization;
using System.Text;
using Calibration.Harness;

namespace Calibration.Calibrate.Display;

/// <summary>How a measurement stands, in one line: where the output is a file, a notebook or a pipe.</summary>
internal static class ProgressLines
{
    /// <summary>The line, with the time since the start first.</summary>
    internal static string Of(MeasuringSnapshot now)
    {
        (PassState pass, EndpointTraffic traffic) = (now.Pass, now.Traffic);
        var line = new StringBuilder();
        line.Append(
            CultureInfo.InvariantCulture,
            $"[{(int)now.Elapsed.TotalHours:00}:{now.Elapsed.Minutes:00}:{now.Elapsed.Seconds:00}] {pass.Name} pass: {pass.Done:N0} of "
                + $"{pass.Total:N0} ({100 * pass.Share:0} %)");
        if (pass.LeftWords.Length > 0)
            line.Append(", ").Append(pass.LeftWords);
        if (now.TokensPerSecond is { } rate)
            line.Append(CultureInfo.InvariantCulture, $"; {rate:N0} thinking tokens/s");
        line.Append("; ").Append(now.RequestWords);
        if (traffic.Resent > 0)
        {
            line.Append(
                CultureInfo.InvariantCulture,
                $", {traffic.Resent:N0} sent again (about {traffic.WastedTokens:N0} generated tokens wasted; last: {now.ResentWords})");
        }

        string accuracy = Join(now, task => task.AccuracyWords), excluded = Join(now, task => task.ExcludedWords);
        if (accuracy.Length > 0)
            line.Append("; accuracy so far: ").Append(accuracy);
        return line.Append(excluded.Length > 0 ? "; excluded: " + excluded : "; nothing excluded").ToString();
    }

    private static string Join(MeasuringSnapshot now, Func<TaskState, string> words) => string.Join("; ", now.Tasks.Select(
        task => (task.Task, Words: words(task))).Where(task => task.Words.Length > 0).Select(task => $"{task.Task} {task.Words}"));
}
