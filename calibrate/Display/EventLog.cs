using System.Text.Json;
using Calibration.Results;

namespace Calibration.Calibrate.Display;

/// <summary>
/// <c>log.jsonl</c> of a run folder: what happened while it was measured, one event per line with its time. It holds no prompt, no answer
/// and no key. It is no result: where it cannot be written, measuring goes on.
/// </summary>
internal sealed class EventLog(string path, TimeProvider clock)
{
    /// <summary>Its name in a run folder.</summary>
    internal const string FileName = "log.jsonl";

    private readonly Lock _gate = new();

    /// <summary>A start of the run.</summary>
    internal void Started(string tool, bool resumed, int trials) =>
        Write(new { Utc = clock.GetUtcNow(), Event = "started", Tool = tool, Resumed = resumed, Trials = trials });

    /// <summary>How it stands.</summary>
    internal void Progressed(MeasuringSnapshot now) => Write(new
    {
        Utc = clock.GetUtcNow(),
        Event = "progress",
        Pass = now.Pass.Name,
        now.Pass.Done,
        now.Pass.Total,
        ThinkingTokensPerSecond = now.TokensPerSecond,
        now.Traffic.InFlight,
        now.Traffic.Limit,
        now.Traffic.Resent,
        now.Traffic.ResentBecause,
        Excluded = now.Tasks.SelectMany(task => task.Excluded).GroupBy(reason => reason.Key).ToDictionary(
            reason => reason.Key.ToString(), reason => reason.Sum(count => count.Value)),
    });

    /// <summary>Words about the endpoints.</summary>
    internal void Noticed(string text) => Write(new { Utc = clock.GetUtcNow(), Event = "notice", Text = text });

    /// <summary>How measuring ended: complete, at its time limit, or with a fault.</summary>
    internal void Ended(string how) => Write(new { Utc = clock.GetUtcNow(), Event = "ended", Text = how });

    private void Write<T>(T happened)
    {
        try
        {
            lock (_gate)
                File.AppendAllText(path, JsonSerializer.Serialize(happened, ResultsJson.Line) + "\n");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The journals say so where it matters.
        }
    }
}
