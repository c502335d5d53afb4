using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Calibration.Fitting;

namespace Calibration.Calibrate.Files;

/// <summary>Fits to points that came from elsewhere, as CSV.</summary>
internal static class FitFiles
{
    private const string CountHeader = "task,budget_tokens,n,correct";
    private const string TrialHeader = "task,problem,run,budget_tokens,correct";
    private const string TimeHeader = "task,tokens,service_s";

    /// <summary>One task's fits; a part that was not given is null.</summary>
    internal sealed record FittedTask(string Task, AccuracyFit? Accuracy, ServiceTimeFit? Service);

    /// <exception cref="UserFault">A file is missing or malformed; the message names file, row and field.</exception>
    internal static ImmutableArray<FittedTask> Fit(string? accuracyFile, string? serviceFile, FitMethod method)
    {
        var options = new AccuracyFitOptions { Method = method };
        ImmutableDictionary<string, AccuracyFit> accuracy = accuracyFile is null ? ImmutableDictionary<string, AccuracyFit>.Empty : AccuracyOf(accuracyFile, options);
        ILookup<string, ServiceObservation>? times = serviceFile is null ? null : Times(serviceFile);
        IEnumerable<string> tasks = accuracy.Keys.Concat(times?.Select(group => group.Key) ?? []).Distinct().Order(StringComparer.Ordinal);
        return
        [
            .. tasks.Select(task => new FittedTask(
                task, accuracy.GetValueOrDefault(task), times?.Contains(task) == true ? ServiceTimeFitter.Fit([.. times[task]]) : null)),
        ];
    }

    /// <summary>One JSON object, fields as in the README.</summary>
    internal static void WriteJson(TextWriter output, IEnumerable<FittedTask> tasks)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartArray("tasks");
            foreach (FittedTask task in tasks)
                WriteTask(json, task);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>A line a parameter, to read.</summary>
    internal static void WriteText(TextWriter output, IEnumerable<FittedTask> tasks)
    {
        foreach (FittedTask task in tasks)
        {
            if (task.Accuracy is { } accuracy)
            {
                output.WriteLine($"{task.Task}: accuracy {accuracy.Verdict}. {accuracy.Explanation}{(accuracy.Clustered ? "" : " Answers were taken as independent.")}");
                WriteLine("A", accuracy.A);
                WriteLine("b", accuracy.B);
                WriteLine("D", accuracy.D);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  deviance {accuracy.Deviance:G5}{(accuracy.LackOfFitPValue is { } p ? $", lack of fit p = {p:G3}" : "")}; best shape: {(accuracy.Rivals.Count > 0 ? accuracy.Rivals[0].Shape : "not compared")}"));
            }

            if (task.Service is { } service)
            {
                output.WriteLine($"{task.Task}: service time {service.Verdict}. {service.Explanation}");
                WriteLine("t0 (s)", service.T0Seconds);
                WriteLine("c (s/token)", service.SecondsPerToken);
            }
        }

        void WriteLine(string name, ParameterEstimate estimate) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-12} {(estimate.Status == ParameterStatus.NotIdentifiable ? "not identifiable" : $"{estimate.Value:G6}")}{(estimate.Interval is { } interval ? $"  [{interval.Low:G5}, {interval.High:G5}]" : "")}{(estimate.Reason is { } reason ? $"  ({reason})" : "")}"));
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
                : AccuracyFitter.Fit([.. group.Select(row => new AccuracyObservation(row.Text("problem"), row.Whole("run", 0), row.Whole("budget_tokens", 0), row.Whole("correct", 0, 1) == 1))], options));
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
        return rows.Select((row, index) => (Task: row.Text("task"), Time: new ServiceObservation(index.ToString(CultureInfo.InvariantCulture), row.Real("tokens", 0), row.Real("service_s", 0))))
            .ToLookup(pair => pair.Task, pair => pair.Time);
    }

    private static void WriteTask(Utf8JsonWriter json, FittedTask task)
    {
        json.WriteStartObject();
        json.WriteString("task", task.Task);
        if (task.Accuracy is { } accuracy)
        {
            json.WriteString("verdict", accuracy.Verdict.ToString());
            json.WriteString("explanation", accuracy.Explanation);
            json.WriteBoolean("clustered", accuracy.Clustered);
            Write("A", accuracy.A);
            Write("b", accuracy.B);
            Write("D", accuracy.D);
        }
        else
        {
            json.WriteString("verdict", task.Service!.Verdict.ToString());
            json.WriteString("explanation", task.Service.Explanation);
        }

        if (task.Service is { } service)
        {
            if (task.Accuracy is not null)
                json.WriteString("service_verdict", service.Verdict.ToString());
            Write("t0_s", service.T0Seconds);
            Write("c_s_per_token", service.SecondsPerToken);
        }

        if (task.Accuracy is { } fit)
        {
            json.WriteNumber("deviance", fit.Deviance);
            if (fit.LackOfFitPValue is { } p)
                json.WriteNumber("lack_of_fit_p", p);
        }

        json.WriteEndObject();

        void Write(string name, ParameterEstimate estimate)
        {
            json.WriteStartObject(name);
            json.WriteNumber("value", estimate.Value);
            json.WriteString("status", estimate.Status.ToString());
            if (estimate.Reason is not null)
                json.WriteString("reason", estimate.Reason);
            if (estimate.StandardError is { } error)
                json.WriteNumber("se", error);
            if (estimate.Interval is { } interval)
            {
                json.WriteNumber("low", interval.Low);
                json.WriteNumber("high", interval.High);
            }

            json.WriteEndObject();
        }
    }
}
