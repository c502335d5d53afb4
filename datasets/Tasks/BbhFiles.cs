using System.Collections.Immutable;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// BBH's files: one a task, as <c>task.json</c> (the authors' repository) or <c>task/test-00000-of-00001.parquet</c> (the hub).
/// </summary>
internal static class BbhFiles
{
    private static readonly ImmutableArray<string> Columns = ["input", "target"];

    /// <summary>The 27 tasks by name.</summary>
    public static ImmutableArray<string> Tasks { get; } =
    [
        "boolean_expressions", "causal_judgement", "date_understanding", "disambiguation_qa", "dyck_languages", "formal_fallacies",
        "geometric_shapes", "hyperbaton", "logical_deduction_five_objects", "logical_deduction_seven_objects",
        "logical_deduction_three_objects", "movie_recommendation", "multistep_arithmetic_two", "navigate", "object_counting",
        "penguins_in_a_table", "reasoning_about_colored_objects", "ruin_names", "salient_translation_error_detection", "snarks",
        "sports_understanding", "temporal_sequences", "tracking_shuffled_objects_five_objects",
        "tracking_shuffled_objects_seven_objects", "tracking_shuffled_objects_three_objects", "web_of_lies", "word_sorting",
    ];

    /// <summary>Reads the files of all tasks present, ordered by task.</summary>
    public static ImmutableArray<DatasetTable> Find(string directory)
    {
        string folder = Path.Combine(directory, "bbh");
        SortedDictionary<string, string> files = Directory.Exists(folder) ? Below(folder, _ => true) : [];
        if (files.Count == 0) files = Below(directory, task => Tasks.Contains(task));
        if (files.Count == 0) throw FileLayout.Missing("bbh", directory, ["<task>.json", "<task>/test-00000-of-00001.parquet"]);
        return [.. files.Values.Select(path => Read(directory, path))];
    }

    /// <summary>The task that a file holds.</summary>
    public static string TaskOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? Path.GetFileName(Path.GetDirectoryName(path))! : name;
    }

    private static SortedDictionary<string, string> Below(string folder, Func<string, bool> wanted)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        IEnumerable<string> json = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal);
        IEnumerable<string> parquet = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .SelectMany(task => Directory.EnumerateFiles(task, "test*.parquet").Order(StringComparer.Ordinal));
        foreach (string path in json.Concat(parquet).Where(path => wanted(TaskOf(path)))) files.TryAdd(TaskOf(path), path);
        return files;
    }

    private static DatasetTable Read(string directory, string path)
    {
        DatasetTable table = DatasetTable.Read(directory, path);
        return table.Has(Columns)
            ? table
            : throw new DatasetException(
                $"{path} has the columns {string.Join(", ", table.Columns)}; expected input, target. "
                    + "Name BBH's own file, or pull it again.");
    }
}
