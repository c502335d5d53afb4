using System.Collections.Immutable;
using Calibration.Datasets.Tasks;

namespace Calibration.Datasets.Pulling;

/// <summary>A published file on the hub, and what it must hold.</summary>
/// <param name="Revision">Branch or reference, such as <c>main</c>.</param>
/// <param name="Path">Path in the repository; the file lies at the same path below the task's folder in the cache.</param>
/// <param name="Rows">Rows that the published file has.</param>
internal sealed record HubFile(string Revision, string Path, int Rows);

/// <summary>One file of a benchmark on the hub.</summary>
/// <param name="Task">Task name; the file lies below the folder of this name in the cache.</param>
/// <param name="Source">Where the benchmark is published.</param>
/// <param name="File">The file there.</param>
internal sealed record PublishedFile(string Task, HubSource Source, HubFile File)
{
    /// <summary>Path below the cache folder.</summary>
    public string RelativePath => $"{Task}/{File.Path}";
}

/// <summary>Where a benchmark is published: a repository of the Hugging Face hub and its files.</summary>
/// <param name="Repository">Such as <c>openai/gsm8k</c>.</param>
/// <param name="Gated">Whether its terms must be accepted first.</param>
/// <param name="Columns">Columns that each file must have.</param>
/// <param name="Files">Each entry is one file to have, as alternatives in order: where one is not found, the next is tried.</param>
internal sealed record HubSource(
    string Repository, bool Gated, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<HubFile>> Files)
{
    /// <summary>What a pull needs first, in words for the user; empty where it needs nothing.</summary>
    public string Condition =>
        Gated ? $" (it is gated: first accept its terms at {PullOptions.Hub}datasets/{Repository} and set HF_TOKEN)" : "";

    private const string Converted = "refs/convert/parquet";

    /// <summary>The source of a benchmark.</summary>
    public static HubSource Of(string task) => task switch
    {
        "aime" => new("gneubig/aime-1983-2024", false, AimeRows.Layout.Columns, [[new("main", "AIME_Dataset_1983_2024.csv", 933)]]),
        "gsm8k" => new("openai/gsm8k", false, Gsm8kRows.Layout.Columns, [[new("main", "main/test-00000-of-00001.parquet", 1319)]]),
        "gpqa" => new("Idavidrein/gpqa", true, GpqaRows.Layout.Columns, [[new("main", "gpqa_main.csv", 448)]]),
        // The name of CRUXEval's own file is not confirmed; the hub's converted copy always has one.
        "cruxeval" => new("cruxeval-org/cruxeval", false, CruxEvalRows.Layout.Columns,
            [[new("main", "test.jsonl", 800), new(Converted, "default/test/0000.parquet", 800)]]),
        "bbh" => new("SaylorTwift/bbh", false, ["input", "target"],
            [.. BbhFiles.Tasks.Select(name =>
                ImmutableArray.Create(new HubFile("main", $"{name}/test-00000-of-00001.parquet", BbhRowsOf(name))))]),
        "arc" => new("allenai/ai2_arc", false, ArcRows.Layout.Columns, [[new("main", "ARC-Challenge/test-00000-of-00001.parquet", 1172)]]),
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "unknown benchmark"),
    };

    private static int BbhRowsOf(string task) => task switch
    {
        "causal_judgement" => 187,
        "penguins_in_a_table" => 146,
        "snarks" => 178,
        _ => 250,
    };
}
