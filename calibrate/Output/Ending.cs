using Calibration.Analysis;
using Calibration.Calibrate.Settings;
using Calibration.Report.Tables;

namespace Calibration.Calibrate.Output;

/// <summary>The end of a verb: the answer, what speaks against it by weight, the files, and the commands that may come next.</summary>
internal static class Ending
{
    /// <summary>What a run folder may hold for its reader, the page first.</summary>
    private static readonly (string Name, string What)[] Files =
    [
        ("report.html", "everything on one page, to read and to send"),
        ("figures", "figures (PDF, SVG, PNG) with their data and captions"),
        ("table1.tex", "Table I; also table1-wide.tex, table1.md and table1.csv"),
        ("accuracy.csv", "accuracy by task and budget; also .tex and .md"),
        ("methods.tex", "the paragraph for the paper; also methods.md and references.bib"),
        ("allocation.json", "the decision with all intervals; workload.json is its model"),
        ("fits.json", "both fits of every task"),
        ("trials.parquet", "every answer; service.parquet has every service time (docs/schema.md)"),
    ];

    /// <summary>The end of a run or of an allocation.</summary>
    internal static void Write(TextWriter output, PointFolder place, RunFits fits, RunAllocation? allocation)
    {
        string run = place.Run.Path;
        if (allocation is not null)
        {
            output.WriteLine($"\nAnswer\n  {AnswerText.Of(allocation)}\n  {AnswerText.Objective(allocation)}\n  {Trust(fits, allocation)}");
            if (!allocation.Warnings.IsEmpty)
                output.WriteLine("\nWarnings");
            foreach (Warning warning in allocation.Warnings.OrderByDescending(warning => warning.Severity))
                output.WriteLine($"  {warning.Severity}: {OptionNames.In(warning.Text)}");
        }

        output.WriteLine($"\nFiles in {place.Path}");
        foreach ((string name, string what) in Files.Where(file => Path.Exists(place.In(file.Name))))
            output.WriteLine($"  {name,-16} {what}");
        string added = string.Concat(fits.Tasks.Where(task => !task.HelpfulBudgets.IsEmpty).Select(task =>
            $" --add-budgets {task.Task}={string.Join(',', task.HelpfulBudgets)}"));
        string[] next =
        [
            .. fits.Incomplete is null ? [] : new[] { $"calibrate run --resume {run}" },
            .. allocation is null
                ? new[] { $"calibrate allocate {run}" }
                :
                [
                    $"calibrate report {place.Path} --open",
                    .. added.Length > 0 ? [$"calibrate run --resume {run}{added}"] : Array.Empty<string>(),
                    .. place.Within.Length > 0
                        ? Array.Empty<string>() : [$"calibrate allocate {run} --arrival-rate 0.2 --accuracy-weight 60"],
                    .. RunBefore(run) is { } old ? [$"calibrate compare {old} {run}"] : Array.Empty<string>(),
                ],
        ];
        Next(output, next);
    }

    /// <summary>The run beside this one that began last before it: their names begin with the time. Null where there is none.</summary>
    private static string? RunBefore(string run)
    {
        string name = Path.GetFileName(run);
        string? root = Path.GetDirectoryName(run);
        return string.IsNullOrEmpty(root) ? null : Directory.EnumerateDirectories(root)
            .Where(other => string.CompareOrdinal(Path.GetFileName(other), name) < 0 && File.Exists(Path.Combine(other, "fits.json")))
            .Max(StringComparer.Ordinal);
    }

    /// <summary>The commands that may come next.</summary>
    internal static void Next(TextWriter output, params string[] commands)
    {
        output.WriteLine("\nNext");
        foreach (string command in commands)
            output.WriteLine("  " + command);
    }

    private static string Trust(RunFits fits, RunAllocation allocation)
    {
        string[] marks =
        [
            .. fits.Simulated ? ["simulated endpoint"] : Array.Empty<string>(),
            .. fits.Samples ? ["sample problems"] : Array.Empty<string>(),
            .. fits.Incomplete is { } incomplete ? [incomplete.ToString()] : Array.Empty<string>(),
            .. from severity in (Severity[])[Severity.Serious, Severity.Caution, Severity.Note]
               let count = allocation.Warnings.Count(warning => warning.Severity == severity)
               where count > 0
               select $"{count} {Word(severity)}{(count == 1 ? "" : "s")}",
        ];
        return marks.Length == 0 ? "Nothing speaks against it." : $"To keep in mind: {string.Join(", ", marks)}.";
    }

    private static string Word(Severity severity) => severity switch
    {
        Severity.Serious => "serious warning",
        Severity.Caution => "caution",
        _ => "note",
    };
}
