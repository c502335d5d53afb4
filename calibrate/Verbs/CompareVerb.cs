using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>compare</c>: two runs side by side, or more over time, and whether the old allocation may stay.</summary>
internal sealed class CompareVerb(TextWriter output, TextWriter log)
{
    private const int MostRuns = 1_000;
    private const string OverTime = "over-time";

    private readonly Argument<string[]> _runs = new("runs")
    {
        Description = "The old and the new run folder (OLD NEW); or more than two, which are sorted by their dates.",
        Arity = new ArgumentArity(2, MostRuns),
    };

    private readonly Option<bool> _json = RunArguments.Json();
    private readonly OperatingPointOptions _point = new();

    private readonly Option<double?> _tolerance = new("--tolerable-loss")
    {
        Description = "A loss of J that does not matter, in seconds. Default: 0.01 α, the worth of one percentage point of accuracy.",
        HelpName = "SECONDS",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for compare.md, compare.html, compare.json and the figure. Default: NEW/compare/OLD; for more "
            + "than two runs compare/over-time in the last one.",
        HelpName = "DIR",
    };

    internal Command Command()
    {
        var command = new Command(
            "compare",
            "Compare two fitted runs: accuracy by budget, parameters, service times, ℓ* and J with intervals, and what it costs to keep "
            + "the old allocation under the new model. Given more runs: accuracy, ℓ* and J over time, each run compared with the first. "
            + "Default operating point: that of the last run's allocation.")
        {
            _runs, _json, _tolerance, _out,
        };
        _point.ArrivalRate.DefaultValueFactory = null;
        _point.AccuracyWeight.DefaultValueFactory = null;
        _point.MaxBudget.DefaultValueFactory = null;
        command.AddAll(_point.All());
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        RunFolder[] runs = [.. parsed.GetValue(_runs)!.Select(RunFolder.Open)];
        if (parsed.GetValue(_tolerance) is { } tolerable && !(tolerable >= 0 && double.IsFinite(tolerable)))
            throw new UserFault("--tolerable-loss must be a number of seconds that is 0 or more.");
        bool isPair = runs.Length == 2;
        if (!isPair)
            runs = [.. runs.OrderBy(run => run.ReadManifest().CreatedUtc)];
        RunFits[] fits = [.. runs.Select(RunAnalysis.ReadFits)];
        OperatingPoint point = PointOf(parsed, runs[^1], Common(fits));
        var asked = new AllocationRequest(point, runs[^1].ReadManifest().Plan.Seed, Benchmarks.PaperSweepTask);
        var request = new ComparisonRequest(asked, parsed.GetValue(_tolerance));
        string folder = parsed.GetValue(_out) ?? runs[^1].In(Path.Combine("compare", isPair ? fits[0].Run : OverTime));
        Directory.CreateDirectory(folder);
        (string json, string markdown) = isPair
            ? await PairAsync((runs[0], fits[0]), (runs[1], fits[1]), folder, request, cancellationToken)
            : await HistoryAsync(runs, folder, request, cancellationToken);
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.json"), json + "\n");
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.md"), markdown);
        await output.WriteLineAsync(parsed.GetValue(_json) ? json : markdown.TrimEnd());
        await log.WriteLineAsync($"Comparison, as a page, a figure, Markdown and JSON: {folder}");
        Ending.Next(log, $"calibrate show {runs[^1].Path}", $"calibrate allocate {runs[^1].Path}");
        return 0;
    }

    private static async Task<(string Json, string Markdown)> PairAsync(
        (RunFolder Run, RunFits Fits) old, (RunFolder Run, RunFits Fits) now, string folder, ComparisonRequest request,
        CancellationToken cancellationToken)
    {
        RunComparison comparison = await RunAnalysis.CompareAsync(old.Run, now.Run, request, cancellationToken);
        Figure figure = ComparisonFigure.Of(comparison, old.Fits, now.Fits);
        await WriteAsync(figure, folder, svg => ComparisonReport.Html(comparison, svg));
        return (JsonSerializer.Serialize(comparison, ResultsJson.Document), ComparisonReport.Markdown(comparison));
    }

    private static async Task<(string Json, string Markdown)> HistoryAsync(
        RunFolder[] runs, string folder, ComparisonRequest request, CancellationToken cancellationToken)
    {
        RunHistory history = await RunAnalysis.CompareAsync(runs, request, cancellationToken);
        await WriteAsync(HistoryFigure.Of(history), folder, svg => HistoryReport.Html(history, svg));
        return (JsonSerializer.Serialize(history, ResultsJson.Document), HistoryReport.Markdown(history));
    }

    private static async Task WriteAsync(Figure figure, string folder, Func<string, string> page)
    {
        figure.Write(folder);
        string svg = await File.ReadAllTextAsync(Path.Combine(folder, figure.Name + ".svg"));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "compare.html"), page(svg));
    }

    /// <summary>Tasks that all runs measured well enough to fit, in the last run's order.</summary>
    private static ImmutableArray<string> Common(RunFits[] fits)
    {
        ImmutableArray<string> common =
        [
            .. from task in fits[^1].Tasks
               where fits.All(run => run.Tasks.Any(other => other.Task == task.Task && !other.IsMissingData))
               select task.Task,
        ];
        return !common.IsEmpty
            ? common
            : throw new UserFault(
                $"The runs have no fitted task in common: {string.Join("; ", fits.Select(run => $"{run.Run} has {Names(run)}"))}.");
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
