using System.Collections.Immutable;

namespace Calibration.Datasets.Loading;

/// <summary>Where the one file of a benchmark may lie, and the columns by which it is recognised.</summary>
/// <param name="Names">Published and re-serialised paths, the preferred first.</param>
/// <param name="Columns">Columns that the file must have.</param>
internal sealed record FileLayout(ImmutableArray<string> Names, ImmutableArray<string> Columns)
{
    /// <summary>
    /// Reads the benchmark's file: below <c>directory/task</c> where that exists, else in the directory itself, where a file
    /// counts only if its columns fit, because names such as <c>test.jsonl</c> are shared by several benchmarks.
    /// </summary>
    public DatasetTable Find(string task, string directory)
    {
        string folder = Path.Combine(directory, task);
        if (Existing(folder) is { } own)
        {
            DatasetTable table = DatasetTable.Read(directory, own);
            return table.Has(Columns) ? table : throw Unknown(table);
        }

        DatasetTable? misfit = null;
        foreach (string path in Names.Select(name => Path.Combine(directory, name)).Where(File.Exists))
        {
            DatasetTable table = DatasetTable.Read(directory, path);
            if (table.Has(Columns)) return table;
            misfit ??= table;
        }

        throw misfit is not null ? Unknown(misfit) : Missing(task, directory);
    }

    /// <summary>The error of a benchmark without files.</summary>
    public static DatasetException Missing(string task, string directory, IEnumerable<string> names) => new(
        $"No file of {task} is below '{directory}'; expected {string.Join(" or ", names.Select(name => $"{task}/{name}"))}. "
        + $"Run 'calibrate datasets pull {task}', or name another directory.")
    {
        IsAbsent = true,
    };

    private DatasetException Missing(string task, string directory) => Missing(task, directory, Names);

    private string? Existing(string folder) => Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private DatasetException Unknown(DatasetTable table) => new(
        $"{table.Path} has the columns {string.Join(", ", table.Columns)}; expected {string.Join(", ", Columns)}. Name the benchmark's "
            + $"own file, or pull it again.");
}
