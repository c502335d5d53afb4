using System.Collections.Immutable;
using Calibration.Datasets.Loading;
using Calibration.Datasets.Pulling;
using Calibration.Datasets.Tasks;

namespace Calibration.Datasets;

/// <summary>The six benchmarks of the paper.</summary>
public static class Benchmarks
{
    /// <summary>All six in the paper's order: AIME, GSM8K, GPQA, CRUXEval, BBH, ARC-Challenge.</summary>
    public static ImmutableArray<Benchmark> All { get; } =
    [
        new("aime", "AIME", 16_384, new(AimeFiles.Find, AimeRows.Read)) { IsDated = true },
        new("gsm8k", "GSM8K", 2_048, new(Find("gsm8k", Gsm8kRows.Layout), Each(Gsm8kRows.Read))),
        new("gpqa", "GPQA", 8_192, new(Find("gpqa", GpqaRows.Layout), Each(GpqaRows.Read))),
        new("cruxeval", "CRUXEval", 8_192, new(Find("cruxeval", CruxEvalRows.Layout), Each(CruxEvalRows.Read))),
        new("bbh", "BBH", 4_096, new(BbhFiles.Find, Each(BbhRows.Read))),
        new("arc", "ARC-Challenge", 256, new(Find("arc", ArcRows.Layout), Each(ArcRows.Read))),
    ];

    /// <summary>The task whose budget runs in the paper's Fig. 4.</summary>
    public const string PaperSweepTask = "gsm8k";

    /// <summary>Fields of the benchmarks' BibTeX entries, by their names in files.</summary>
    public static IReadOnlyDictionary<string, string> References => BenchmarkReferences.ByTask;

    /// <summary>Repositories of the Hugging Face hub where the benchmarks are published, by their names in files.</summary>
    public static IReadOnlyDictionary<string, string> Repositories { get; } =
        All.ToDictionary(benchmark => benchmark.Task, benchmark => HubSource.Of(benchmark.Task).Repository);

    /// <summary>The benchmark with a command-line name.</summary>
    /// <param name="name">Such as <c>gsm8k</c>; case does not matter.</param>
    /// <returns>The benchmark, or null where the name is unknown.</returns>
    public static Benchmark? Find(string name) =>
        All.FirstOrDefault(benchmark => string.Equals(benchmark.Task, name, StringComparison.OrdinalIgnoreCase));

    private static Func<string, ImmutableArray<DatasetTable>> Find(string task, FileLayout layout) =>
        directory => [layout.Find(task, directory)];

    private static Func<ImmutableArray<DatasetTable>, IEnumerable<LoadedItem>> Each(Func<DatasetTable, IEnumerable<LoadedItem>> read) =>
        tables => tables.SelectMany(read);
}
