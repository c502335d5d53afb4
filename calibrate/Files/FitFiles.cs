using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>Fits to points that came from elsewhere, in the form of <c>fits.json</c>.</summary>
/// <param name="Tasks">The tasks in the order of their names.</param>
internal sealed record FittedFiles(ImmutableArray<FittedFileTask> Tasks);

/// <summary>One task's fits; a part that was not given is null.</summary>
internal sealed record FittedFileTask(string Task, AccuracyFit? Accuracy, ServiceTimeFit? Service);

/// <summary>Fits to points that came from elsewhere, as CSV.</summary>
internal static class FitFiles
{
    private const string CountHeader = "task,budget_tokens,n,correct";
    private const string TrialHeader = "task,problem,run,budget_tokens,correct";
    private const string TimeHeader = "task,tokens,service_s";

    /// <exception cref="UserFault">A file is missing or malformed; the message names file, row and field.</exception>
    internal static FittedFiles Fit(string? accuracyFile, string? serviceFile, FitMethod method)
    {
        var options = new AccuracyFitOptions { Method = method };
        ImmutableDictionary<string, AccuracyFit> accuracy = accuracyFile is null
            ? ImmutableDictionary<string, AccuracyFit>.Empty
            : AccuracyOf(accuracyFile, options);
        ILookup<string, ServiceObservation>? times = serviceFile is null ? null : Times(serviceFile);
        IEnumerable<string> tasks = accuracy.Keys.Concat(times?.Select(group => group.Key) ?? []).Distinct().Order(StringComparer.Ordinal);
        return new FittedFiles(
        [
            .. tasks.Select(task => new FittedFileTask(
                task, accuracy.GetValueOrDefault(task), times?.Contains(task) == true ? ServiceTimeFitter.Fit([.. times[task]]) : null)),
        ]);
    }

    /// <summary>One JSON object, with the fields of <c>fits.json</c>.</summary>
    internal static void WriteJson(TextWriter output, FittedFiles fitted) =>
        output.WriteLine(JsonSerializer.Serialize(fitted, ResultsJson.Document));

    /// <summary>One line per parameter, to read.</summary>
    internal static void WriteText(TextWriter output, FittedFiles fitted)
    {
        foreach (FittedFileTask task in fitted.Tasks)
        {
            if (task.Accuracy is { } accuracy)
            {
                output.WriteLine(
                    $"{task.Task}: accuracy {accuracy.Verdict}. {accuracy.Explanation}{(accuracy.Clustered ? "" : " Answers were taken as "
                        + "independent.")}");
                WriteLine("A", accuracy.A);
                WriteLine("b", accuracy.B);
                WriteLine("D", accuracy.D);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  deviance {accuracy.Deviance:G5}{(accuracy.LackOfFitPValue is { } p ? $", lack of fit {PValueText.Of(p)}" : "")}; "
                        + $"best shape: {(accuracy.Rivals.Count > 0 ? accuracy.Rivals[0].Shape : "not compared")}"));
            }

            if (task.Service is { } service)
            {
                output.WriteLine($"{task.Task}: service time {service.Verdict}. {service.Explanation}");
                WriteLine("t0 (s)", service.T0Seconds);
                WriteLine("c (s/token)", service.SecondsPerToken);
            }
        }

        void WriteLine(string name, ParameterEstimate estimate)
        {
            string value = estimate.Status == ParameterStatus.NotIdentifiable
                ? "not identifiable"
                : estimate.Value.ToString("G6", CultureInfo.InvariantCulture);
            string interval = estimate.Interval is { } range
                ? string.Create(CultureInfo.InvariantCulture, $"  [{range.Low:G5}, {range.High:G5}]")
                : "";
            output.WriteLine($"  {name,-12} {value}{interval}{(estimate.Reason is { } reason ? $"  ({reason})" : "")}");
        }
    }

    private static ImmutableDictionary<string, AccuracyFit> AccuracyOf(string file, AccuracyFitOptions options)
    {
        List<CsvRow> rows = CsvRow.Read(file, CountHeader, TrialHeader);
        bool counts = rows[0].Has("n");
        if (!counts)
            CsvRow.ThrowIfRepeated(rows, "task", "problem", "run", "budget_tokens");
        return rows.GroupBy(row => row.Text("task")).ToImmutableDictionary(
            group => group.Key,
            group => counts
                ? AccuracyFitter.Fit([.. group.Select(Count)], options)
                : AccuracyFitter.Fit(
                    [.. group.Select(row =>
                        new AccuracyObservation(
                            row.Text("problem"), row.Whole("run", 0), row.Whole("budget_tokens", 0), row.Whole("correct", 0, 1) == 1))],
                    options));
    }

    private static AccuracyCount Count(CsvRow row)
    {
        int answers = row.Whole("n", 0);
        return new AccuracyCount(row.Whole("budget_tokens", 0), answers, row.Whole("correct", 0, answers));
    }

    private static ILookup<string, ServiceObservation> Times(string file)
    {
        List<CsvRow> rows = CsvRow.Read(file, TimeHeader);

        // Times without their traces are independent: each is a cluster of its own.
        return rows.Select((row, index) => (Task: row.Text("task"), Time: new ServiceObservation(
                row.Has("trace") ? row.Text("trace") : index.ToString(CultureInfo.InvariantCulture), row.Real("tokens", 0), row.Real(
                    "service_s", 0))))
            .ToLookup(pair => pair.Task, pair => pair.Time);
    }
}
