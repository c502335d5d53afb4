using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>compare</c>: two runs side by side, and whether the old allocation may stay.</summary>
internal sealed class CompareVerb(TextWriter output, TextWriter log)
{
    private readonly Argument<string> _old = new("old") { Description = "The earlier run folder." };
    private readonly Argument<string> _new = new("new") { Description = "The later run folder." };
    private readonly Option<bool> _json = RunArguments.Json();
    private readonly OperatingPointOptions _point = new();

    private readonly Option<double?> _tolerance = new("--tolerable-loss")
    {
        Description = "A loss of J that does not matter, in seconds. Default: 0.01 α, the worth of one percentage point of accuracy.",
        HelpName = "SECONDS",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for compare.md, compare.html, compare.json and the figure. Default: NEW/compare/OLD.",
        HelpName = "DIR",
    };

    internal Command Command()
    {
        var command = new Command(
            "compare",
            "Compare two fitted runs: accuracy by budget, parameters, service times, ℓ* and J with intervals, and what it costs to keep "
            + "the old allocation under the new model. The operating point is that of NEW's allocation, unless options give another.")
        {
            _old, _new, _json, _tolerance, _out,
        };
        command.AddAll(_point.All());
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        RunFolder before = RunFolder.Open(parsed.GetValue(_old)!), after = RunFolder.Open(parsed.GetValue(_new)!);
        if (parsed.GetValue(_tolerance) is { } tolerable && !(tolerable >= 0 && double.IsFinite(tolerable)))
            throw new UserFault("--tolerable-loss must be a number of seconds that is 0 or more.");
        RunFits old = RunAnalysis.ReadFits(before), now = RunAnalysis.ReadFits(after);
        OperatingPoint point = PointOf(parsed, after, Common(old, now));
        var asked = new AllocationRequest(point, after.ReadManifest().Plan.Seed, Benchmarks.PaperSweepTask);
        RunComparison comparison = await RunAnalysis.CompareAsync(
            before, after, new ComparisonRequest(asked, parsed.GetValue(_tolerance)), cancellationToken);
        string folder = parsed.GetValue(_out) ?? after.In(Path.Combine("compare", comparison.Old.Run));
        Directory.CreateDirectory(folder);
        Figure figure = ComparisonFigure.Of(comparison, old, now);
        figure.Write(folder);
        string svg = await File.ReadAllTextAsync(Path.Combine(folder, figure.Name + ".svg"), cancellationToken);
        string json = JsonSerializer.Serialize(comparison, ResultsJson.Document);
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.json"), json + "\n");
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.md"), ComparisonReport.Markdown(comparison));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.html"), ComparisonReport.Html(comparison, svg));
        await output.WriteLineAsync(parsed.GetValue(_json) ? json : ComparisonReport.Markdown(comparison).TrimEnd());
        await log.WriteLineAsync($"Comparison: {folder}");
        return 0;
    }

    /// <summary>Tasks that both runs measured well enough to fit.</summary>
    private static ImmutableArray<string> Common(RunFits old, RunFits now)
    {
        ImmutableArray<string> common =
        [
            .. from task in now.Tasks
               where !task.IsMissingData && old.Tasks.Any(other => other.Task == task.Task && !other.IsMissingData)
               select task.Task,
        ];
        return !common.IsEmpty
            ? common
            : throw new UserFault(
                $"{old.Run} and {now.Run} have no fitted task in common: the first has {Names(old)}, the second {Names(now)}.");
    }

    private static string Names(RunFits fits) => string.Join(", ", fits.Tasks.Select(task => task.Task));

    /// <summary>The given options, then NEW's allocation, then the paper's point; shares of the common tasks, which sum to 1.</summary>
    private OperatingPoint PointOf(ParseResult parsed, RunFolder after, ImmutableArray<string> common)
    {
        OperatingPoint given = _point.Read(parsed);
        var place = new PointFolder(after, "");
        AllocationPoint? stored = File.Exists(place.In("allocation.json")) ? AllocationPoint.Of(place.ReadAllocation()) : null;
        ImmutableSortedDictionary<string, double> shares =
            !given.Shares.IsEmpty ? given.Shares : stored?.Shares ?? ImmutableSortedDictionary<string, double>.Empty;
        if (given.Shares.Keys.FirstOrDefault(task => !common.Contains(task)) is { } unknown)
            throw new UserFault($"--mix names {unknown}, which the runs do not have in common: {string.Join(", ", common)}.");
        double ShareOf(string task) => shares.IsEmpty ? 1 : shares.GetValueOrDefault(task);
        double sum = common.Sum(ShareOf);
        return given with
        {
            ArrivalRatePerS = IsGiven(parsed, _point.ArrivalRate)
                ? given.ArrivalRatePerS
                : stored?.ArrivalRatePerSecond ?? given.ArrivalRatePerS,
            AccuracyWeightS = IsGiven(parsed, _point.AccuracyWeight)
                ? given.AccuracyWeightS
                : stored?.AccuracyWeightSeconds ?? given.AccuracyWeightS,
            MaxBudgetTokens = IsGiven(parsed, _point.MaxBudget)
                ? given.MaxBudgetTokens
                : (int)(stored?.MaxBudgetTokens ?? given.MaxBudgetTokens),
            Shares = common.Where(task => ShareOf(task) > 0).ToImmutableSortedDictionary(
                task => task, task => ShareOf(task) / sum, StringComparer.Ordinal),
        };
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };
}
