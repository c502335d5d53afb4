using System.Collections.Immutable;

namespace Calibration.Harness.Forecasting;

/// <summary>What a run will cost.</summary>
public sealed record RunForecast
{
    /// <summary>The tasks, in the plan's order.</summary>
    public required ImmutableArray<TaskForecast> Tasks { get; init; }

    /// <summary>Hours of the latency pass.</summary>
    public required HourRange LatencyHours { get; init; }

    /// <summary>Hours of the accuracy pass.</summary>
    public required HourRange AccuracyHours { get; init; }

    /// <summary>Hours of both.</summary>
    public HourRange TotalHours => LatencyHours + AccuracyHours;

    /// <summary>Trials of the accuracy pass.</summary>
    public long Trials => Tasks.Sum(task => task.Trials);

    /// <summary>Thinking tokens of both passes.</summary>
    public double ThinkingTokens => Tasks.Sum(task => task.ThinkingTokens + task.TimedTokens);

    /// <summary>Tokens of the answers of the accuracy pass.</summary>
    public double AnswerTokens => Tasks.Sum(task => task.AnswerTokens);

    /// <summary>Bytes on disk while the run is measured and compacted, at most about.</summary>
    public double DiskBytes => Tasks.Sum(task => task.DiskBytes);
}

/// <summary>What one task costs.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Trials">Trials of the accuracy pass.</param>
/// <param name="ThinkingTokens">Thinking tokens of the accuracy pass.</param>
/// <param name="AnswerTokens">Tokens of the answers of the accuracy pass.</param>
/// <param name="TimedSamples">Service times of the latency pass.</param>
/// <param name="TimedTokens">Thinking tokens of the latency pass.</param>
public sealed record TaskForecast(
    string Task, long Trials, double ThinkingTokens, double AnswerTokens, int TimedSamples, double TimedTokens)
{
    /// <summary>Journal and Parquet together: a trace takes about 6 bytes per token, a row 900 bytes.</summary>
    private const double BytesPerToken = 6, BytesPerRow = 900;

    /// <summary>Hours of the latency pass.</summary>
    public required HourRange LatencyHours { get; init; }

    /// <summary>Hours of the accuracy pass: its share of the work.</summary>
    public required HourRange AccuracyHours { get; init; }

    /// <summary>Bytes on disk, at most about.</summary>
    public double DiskBytes => (BytesPerToken * ThinkingTokens) + (BytesPerRow * (Trials + TimedSamples));
}

/// <summary>A time with a range.</summary>
/// <param name="Low">Its lower end, in hours.</param>
/// <param name="Likely">The estimate, in hours.</param>
/// <param name="High">Its upper end, in hours.</param>
public readonly record struct HourRange(double Low, double Likely, double High)
{
    /// <summary>One after the other.</summary>
    public static HourRange operator +(HourRange left, HourRange right) =>
        new(left.Low + right.Low, left.Likely + right.Likely, left.High + right.High);

    /// <summary>The same as <c>+</c>.</summary>
    public static HourRange Add(HourRange left, HourRange right) => left + right;

    /// <summary>
    /// An estimate in seconds, with what the measuring varied as a share. What goes wrong in a run takes more time and not less: the range
    /// goes from 8 % below to 16 % above, and by that share further, up to 15 % and 28 %.
    /// </summary>
    internal static HourRange Around(double seconds, double spread) =>
        new(seconds / 3600 / Math.Min(1.15, 1.08 + spread), seconds / 3600, seconds / 3600 * Math.Min(1.28, 1.16 + spread));
}
