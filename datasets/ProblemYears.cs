using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Years to choose problems from, such as <c>2024-2025</c> or <c>1990-1999,2025</c>.</summary>
public sealed partial class ProblemYears
{
    private readonly ImmutableArray<(int First, int Last)> _spans;

    private ProblemYears(ImmutableArray<(int First, int Last)> spans) => _spans = spans;

    /// <summary>Reads years and spans of years, separated by commas.</summary>
    /// <param name="text">As in <c>2024-2025</c>.</param>
    /// <returns>The years; null where the text is malformed or a span ends before it begins.</returns>
    public static ProblemYears? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match[] spans = [.. text.Split(',').Select(part => Span().Match(part))];
        ImmutableArray<(int First, int Last)> read = [.. spans.Where(span => span.Success).Select(Read)];
        return read.Length == spans.Length && read.All(span => span.First <= span.Last) ? new(read) : null;
    }

    /// <summary>Chooses the problems whose year is known and among these.</summary>
    /// <param name="loaded">A benchmark with years.</param>
    /// <returns>The same with fewer problems.</returns>
    /// <exception cref="DatasetException">No problem is left; the message says which years there are.</exception>
    public LoadedBenchmark Of(LoadedBenchmark loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ImmutableArray<Problem> chosen =
            [.. loaded.Problems.Where(problem => problem.Year is { } year && _spans.Any(span => year >= span.First && year <= span.Last))];
        return chosen.IsEmpty
            ? throw new DatasetException(
                $"No problem of the years {this} is in {string.Join(", ", loaded.Files.Select(file => file.RelativePath))}, which has "
                + $"{Describe(loaded.Problems)}: choose other years, or add a file with these.")
            : loaded with { Problems = chosen };
    }

    /// <summary>The years of problems in words, such as <c>the years 1983-2024 and 30 problems without a year</c>.</summary>
    /// <param name="problems">At least one problem.</param>
    public static string Describe(ImmutableArray<Problem> problems)
    {
        int[] years = [.. problems.Where(problem => problem.Year is not null).Select(problem => problem.Year!.Value).Distinct().Order()];
        int without = problems.Count(problem => problem.Year is null);
        string[] parts =
        [
            .. years.Length == 0 ? (string[])[] : [$"the years {Spans(years)}"],
            .. without == 0 ? (string[])[] : [string.Create(
                CultureInfo.InvariantCulture, $"{without} {(without == 1 ? "problem" : "problems")} without a year")],
        ];
        return string.Join(" and ", parts);
    }

    /// <summary>The years as they are written on the command line.</summary>
    public override string ToString() => string.Join(',', _spans.Select(Written));

    private static string Spans(int[] years)
    {
        List<(int First, int Last)> spans = [];
        foreach (int year in years)
        {
            if (spans.Count > 0 && spans[^1].Last == year - 1) spans[^1] = (spans[^1].First, year);
            else spans.Add((year, year));
        }

        return string.Join(',', spans.Select(Written));
    }

    private static string Written((int First, int Last) span) => span.First == span.Last
        ? span.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{span.First}-{span.Last}");

    private static (int First, int Last) Read(Match span)
    {
        int first = int.Parse(span.Groups["first"].Value, CultureInfo.InvariantCulture);
        return (first, span.Groups["last"].Success ? int.Parse(span.Groups["last"].Value, CultureInfo.InvariantCulture) : first);
    }

    [GeneratedRegex(@"^\s*(?<first>[0-9]{4})(?:\s*[-–]\s*(?<last>[0-9]{4}))?\s*$")]
    private static partial Regex Span();
}
