using System.Globalization;
using Calibration.Calibrate.Output;
using Calibration.Harness.Forecasting;
using Calibration.Results;

namespace Calibration.Calibrate.Planning;

/// <summary>What a run will cost, for people.</summary>
internal static class ForecastText
{
    /// <summary>Speed of many requests over that of one, below which the measured speeds cannot both be the server's.</summary>
    private const double SlowerTogether = 0.5;

    /// <summary>A change that saves less than this share is not worth a line.</summary>
    private const double LeastSaving = 0.05;

    /// <summary>From this share of lengthened thinking on it is named.</summary>
    private const double LengthenedShare = 0.1;

    private const int Width = 140;

    /// <summary>A range in hours, or in minutes or seconds where it is short.</summary>
    internal static string Shown(HourRange range)
    {
        (double factor, string unit) = range.High < 0.03 ? (3600, "s") : range.High < 1.5 ? (60, "min") : (1, "h");
        double low = factor * range.Low, high = factor * range.High;
        string format = high < 10 ? "0.0" : "0";
        return string.Create(CultureInfo.InvariantCulture, $"{low.ToString(format, null)}–{high.ToString(format, null)} {unit}");
    }

    /// <summary>The whole text of a plan.</summary>
    internal static string Of(PlanForecast found)
    {
        (EndpointFacts facts, ServerPace pace, RunForecast cost) = (found.Endpoint, found.Pace, found.Cost);
        string many = found.Endpoints > 1 ? $", and {found.Endpoints - 1} more, taken to be as fast" : "";
        List<string> lines =
        [
            $"Server: {facts.Server} {facts.Version} with {facts.Model}, context {facts.ContextTokens:N0} tokens"
                + $"{(facts.Simulated ? " (simulated endpoint)" : "")}{many}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Speed, on traces of {pace.TraceTokens} tokens: {pace.TokensPerSecond:0} thinking tokens/s with {pace.Loads[^1].InFlight} "
                    + $"requests in flight; {1000 * pace.TimedTokenSeconds:0.00} ms per token one at a time"),
            .. pace.TokensPerSecond * pace.TimedTokenSeconds < SlowerTogether
                ?
                [
                    "Many requests together were slower than one alone: something else uses this server or this machine. Do not rely on "
                        + "the estimate, and ask again when both are idle.",
                ]
                : Array.Empty<string>(),
            "",
            TerminalTable.Of(Rows(cost), TerminalTable.Width() ?? Width).TrimEnd(),
            "",
            $"Measuring takes {Shown(cost.TotalHours)}: {Shown(cost.LatencyHours)} of latency pass, then "
                + $"{Shown(cost.AccuracyHours)} of accuracy pass. Fits and figures take a few minutes more at most.",
        ];
        int tried = Math.Max(pace.TraceTokens, pace.DepthTokens);
        if (found.LongestTrace > tried)
        {
            lines.Add(
                $"The traces go to {found.LongestTrace:N0} tokens; the speed was measured up to {tried:N0}. Long traces may not fit the "
                    + "server's memory at once: then the run takes longer than this range.");
        }

        if (pace.LengthenedShare >= LengthenedShare)
        {
            lines.Add(
                $"The model would have ended {100 * pace.LengthenedShare:0} % of the tried traces before {pace.TraceTokens} tokens. Exact "
                    + "budgets force it on, which may cost accuracy; --semantics cap lets it end.");
        }

        if (found.LimitHours is { } limit && limit < cost.TotalHours.High)
            lines.Add(FormattableString.Invariant($"The time limit of {limit:0.##} h may end the run before the plan is complete."));
        lines.AddRange(found.Misfits.Select(misfit => "Does not fit: " + misfit));
        string[] savings =
        [
            .. from saving in found.Savings
               let less = 1 - (saving.Cost.TotalHours.Likely / Math.Max(1e-12, cost.TotalHours.Likely))
               where less >= LeastSaving
               select FormattableString.Invariant($"  {saving.Change,-54} {Shown(saving.Cost.TotalHours),12}  ({100 * less:0} % less)"),
        ];
        if (savings.Length > 0)
            lines.AddRange(["\nWhat less would save:", .. savings]);
        lines.AddRange(found.Widths.Length > 0 ? ["", .. found.Widths.Select(width => width.Sentence)] : []);
        return string.Join('\n', lines);
    }

    private static List<string[]> Rows(RunForecast cost)
    {
        List<string[]> rows =
        [
            [
                "task", "trials", "thinking tokens", "answer tokens", "accuracy pass", "timed samples", "timed tokens", "latency pass",
                "disk",
            ],
        ];
        rows.AddRange(cost.Tasks.Select(task => (string[])
        [
            task.Task, $"{task.Trials:N0}", Tokens(task.ThinkingTokens), Tokens(task.AnswerTokens), Shown(task.AccuracyHours),
            $"{task.TimedSamples:N0}", Tokens(task.TimedTokens), Shown(task.LatencyHours), Bytes(task.DiskBytes),
        ]));
        rows.Add(
        [
            "all", $"{cost.Trials:N0}", Tokens(cost.Tasks.Sum(task => task.ThinkingTokens)), Tokens(cost.AnswerTokens),
            Shown(cost.AccuracyHours), $"{cost.Tasks.Sum(task => task.TimedSamples):N0}", Tokens(cost.Tasks.Sum(task => task.TimedTokens)),
            Shown(cost.LatencyHours), Bytes(cost.DiskBytes),
        ]);
        return rows;
    }

    private static string Tokens(double tokens) => tokens >= 1e6
        ? string.Create(CultureInfo.InvariantCulture, $"{tokens / 1e6:0.0}M")
        : string.Create(CultureInfo.InvariantCulture, $"{tokens / 1e3:0.0}k");

    private static string Bytes(double bytes) => bytes >= 1e9
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0.1, bytes / 1e6):0.0} MB");
}
