using System.Collections.Immutable;
using System.Globalization;
using Calibration.Harness;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Display;

/// <summary>How a measurement stands at one moment: what every display of it shows.</summary>
/// <param name="Elapsed">Time since the command began to measure.</param>
/// <param name="Pass">What is measured now.</param>
/// <param name="Tasks">The tasks in the plan's order.</param>
internal sealed record MeasuringSnapshot(TimeSpan Elapsed, PassState Pass, ImmutableArray<TaskState> Tasks)
{
    /// <summary>Thinking tokens per second in the last three minutes; null where nothing was counted yet.</summary>
    internal double? TokensPerSecond { get; init; }

    /// <summary>What passes between client and endpoints.</summary>
    internal EndpointTraffic Traffic { get; init; }

    /// <summary>The last words about the endpoints, and when they came; null where there were none.</summary>
    internal (TimeSpan At, string Text)? Notice { get; init; }

    /// <summary>Requests in flight, in words; a time is taken of one request at a time.</summary>
    internal string RequestWords => Pass.Name == MeasuringProgress.LatencyPass
        ? "one request at a time"
        : Traffic.Limit == 0 ? "no request yet"
        : string.Create(CultureInfo.InvariantCulture, $"{Traffic.InFlight:N0} requests in flight (limit {Traffic.Limit:N0})");

    /// <summary>Why a request was last sent again; empty where none was.</summary>
    internal string ResentWords => Traffic.ResentBecause?.TrimEnd('.') ?? "";
}

/// <summary>How a pass stands.</summary>
/// <param name="Name">Its name; empty before the first.</param>
/// <param name="Done">Rows finished.</param>
/// <param name="Total">Rows planned.</param>
internal sealed record PassState(string Name, long Done, long Total)
{
    /// <summary>The time that is left of the pass; null where too little was seen.</summary>
    internal (TimeSpan Low, TimeSpan High)? Left { get; init; }

    internal double Share => Total == 0 ? 0 : (double)Done / Total;

    /// <summary>The time that is left, in words; empty where it is not known.</summary>
    internal string LeftWords => Left is not { } left ? ""
        : DurationText.Of(left.Low) == DurationText.Of(left.High) ? $"about {DurationText.Of(left.High)} left"
        : $"{DurationText.Of(left.Low)} to {DurationText.Of(left.High)} left";
}

/// <summary>How a task stands.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Done">Trials finished.</param>
/// <param name="Total">Trials planned.</param>
internal sealed record TaskState(string Task, long Done, long Total)
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Budgets, ascending, with the share of correct answers so far; null where there is none.</summary>
    internal ImmutableArray<(int BudgetTokens, double? Accuracy)> Accuracy { get; init; } = [];

    /// <summary>Rows of both passes that the fits cannot use, by reason.</summary>
    internal ImmutableSortedDictionary<TrialStatus, long> Excluded { get; init; } = ImmutableSortedDictionary<TrialStatus, long>.Empty;

    /// <summary>The accuracies as a row of bars, from 0 to 1; a dot where there is none.</summary>
    internal string Sparkline => string.Concat(Accuracy.Select(
        point => point.Accuracy is { } share ? Levels[Math.Min(Levels.Length - 1, (int)(share * Levels.Length))] : '·'));

    /// <summary>
    /// The accuracy at the smallest and at the largest budget that has one, and where it is highest; empty where there is none.
    /// </summary>
    internal string AccuracyWords
    {
        get
        {
            (int BudgetTokens, double? Accuracy)[] known = [.. Accuracy.Where(point => point.Accuracy is not null)];
            if (known.Length == 0)
                return "";
            (int BudgetTokens, double? Accuracy) peak = known.MaxBy(point => point.Accuracy);
            return string.Join(", ", new[] { known[0], peak, known[^1] }.Distinct().OrderBy(point => point.BudgetTokens).Select(At));
        }
    }

    /// <summary>The excluded rows in words; empty where there are none.</summary>
    internal string ExcludedWords => string.Join(", ", Excluded.Select(
        reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Value:N0} {Word(reason.Key)}")));

    /// <summary>A reason in words.</summary>
    private static string Word(TrialStatus status) => status switch
    {
        TrialStatus.Failed => "failed",
        TrialStatus.Unverified => "unverified",
        TrialStatus.BudgetNotEnforced => "budget not kept",
        _ => status.ToString(),
    };

    private static string At((int BudgetTokens, double? Accuracy) point) =>
        string.Create(CultureInfo.InvariantCulture, $"{point.Accuracy:0.00} at {point.BudgetTokens:N0}");
}
