using System.Collections.Immutable;
using Calibration.Datasets.Loading;
using Calibration.Datasets.Tasks;

namespace Calibration.Datasets;

/// <summary>One of the six benchmarks: its names, and how its published files are found and read.</summary>
public sealed class Benchmark
{
    private readonly BenchmarkFiles _files;

    internal Benchmark(string task, string displayName, int largestBudgetTokens, BenchmarkFiles files)
    {
        Task = task;
        DisplayName = displayName;
        LargestBudgetTokens = largestBudgetTokens;
        _files = files;
    }

    /// <summary>Name on the command line and in files, such as <c>gsm8k</c>.</summary>
    public string Task { get; }

    /// <summary>The paper's name, such as <c>GSM8K</c>.</summary>
    public string DisplayName { get; }

    /// <summary>
    /// Largest budget of the default grid, in thinking tokens: with 250 problems and three runs all six are 29 million thinking tokens,
    /// about six hours of one A100.
    /// </summary>
    public int LargestBudgetTokens { get; }

    /// <summary>Whether its problems have years, by which they can be chosen (<see cref="ProblemYears"/>).</summary>
    public bool IsDated { get; init; }

    /// <summary>Finds the benchmark's files below a data directory and reads its problems.</summary>
    /// <param name="directory">
    /// Holds <c>TASK/…</c> as this benchmark's published or re-serialised files, or else these files themselves under their published
    /// names.
    /// </param>
    /// <returns>Problems, the files they came from, and the excluded items with the reason.</returns>
    /// <exception cref="DatasetException">No file is found, or one is malformed; the message names file, row and field.</exception>
    public LoadedBenchmark Load(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (!Directory.Exists(directory))
        {
            throw new DatasetException(
                $"The data directory '{directory}' does not exist; name an existing one, omit {{Data}} to use pulled files, "
                + $"or run 'calibrate datasets pull {Task} {{Data}} {directory}'.")
            {
                IsAbsent = true,
            };
        }

        ImmutableArray<DatasetTable> tables = _files.Find(directory);
        List<LoadedItem> items = [.. _files.Read(tables)];
        if (items.GroupBy(item => item.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new DatasetException($"{tables[0].Path}: the id '{twice.Key}' occurs {twice.Count()} times; ids must be unique.");
        return new(
            [.. items.Where(item => item.Problem is not null).Select(item => item.Problem!)],
            [.. tables.Select(table => table.File)])
        {
            EqualChoices = [.. items.Where(item => item.Problem is { } problem && ChoiceLetters.HasTwins(problem)).Select(item => item.Id)],
            Excluded = [.. items.Where(item => item.Problem is null).Select(item => new ExcludedProblem(item.Id, item.Reason!))],
        };
    }

    /// <summary>The display name.</summary>
    public override string ToString() => DisplayName;
}

/// <summary>A benchmark's published files.</summary>
/// <param name="Find">Finds them below a data directory.</param>
/// <param name="Read">Reads their items.</param>
internal sealed record BenchmarkFiles(
    Func<string, ImmutableArray<DatasetTable>> Find, Func<ImmutableArray<DatasetTable>, IEnumerable<LoadedItem>> Read);

/// <summary>An item read: a problem, or the reason for leaving it out.</summary>
internal sealed record LoadedItem(string Id, Problem? Problem, string? Reason)
{
    public static LoadedItem Of(Problem problem) => new(problem.Id, problem, null);

    public static LoadedItem Excluded(string id, string reason) => new(id, null, reason);
}
