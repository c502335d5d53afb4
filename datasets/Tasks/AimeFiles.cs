using System.Collections.Immutable;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>AIME's files: that of 1983–2024, and beside it any number of files with the problems of single years.</summary>
/// <remarks>
/// In a folder <c>aime</c> every table counts, whatever its name. Without such a folder, the directory itself is searched for
/// names that begin with <c>aime</c>, because names such as <c>test.jsonl</c> are shared by several benchmarks.
/// </remarks>
internal static class AimeFiles
{
    private const string Expected = "question or problem, and answer";

    private static readonly ImmutableArray<string> Formats = [".csv", ".json", ".jsonl", ".parquet"];

    /// <summary>Reads all files, that of 1983–2024 first and the others by name.</summary>
    /// <exception cref="DatasetException">There is none, or one is malformed or has other columns.</exception>
    public static ImmutableArray<DatasetTable> Find(string directory)
    {
        string folder = Path.Combine(directory, "aime");
        ImmutableArray<string> files = Directory.Exists(folder) ? Tables(folder, "*", inside: true) : [];
        if (files.IsEmpty) files = Tables(directory, "aime*", inside: false);
        return files.IsEmpty ? [AimeRows.Layout.Find("aime", directory)] : [.. files.Select(file => Read(directory, file))];
    }

    private static ImmutableArray<string> Tables(string folder, string pattern, bool inside)
    {
        // Hidden files and folders, such as those of the hub's own client, are passed over.
        EnumerationOptions options = new() { RecurseSubdirectories = inside, MatchCasing = MatchCasing.CaseInsensitive };
        return
        [
            .. from path in Directory.EnumerateFiles(folder, pattern, options)
               where Formats.Contains(Path.GetExtension(path).ToLowerInvariant())
               orderby Path.GetFileName(path) != AimeRows.Layout.Names[0], Path.GetRelativePath(folder, path).Replace('\\', '/')
               select path,
        ];
    }

    private static DatasetTable Read(string directory, string path)
    {
        DatasetTable table = DatasetTable.Read(directory, path);
        return AimeColumns.Of(table) is not null
            ? table
            : throw new DatasetException(
                $"{table.Path} has the columns {string.Join(", ", table.Columns)}; expected {Expected}. Name AIME's own file, or pull it "
                + "again.");
    }
}
