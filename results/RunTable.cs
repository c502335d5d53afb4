using Calibration.Results.Journaling;
using Calibration.Results.Parquet;

namespace Calibration.Results;

/// <summary>One table of a run folder: a journal while the run is measured, a Parquet file once it has ended.</summary>
public sealed class RunTable<TRow>
    where TRow : class
{
    private readonly RunFolder _folder;
    private readonly string _name;
    private readonly RowOrder<TRow> _order;
    private readonly ParquetTable<TRow> _table;

    internal RunTable(RunFolder folder, string name, RowOrder<TRow> order, Func<TRow, long> contentBytes) =>
        (_folder, _name, _order, _table) = (folder, name, order, new ParquetTable<TRow>(contentBytes));

    /// <summary>Where the rows are once the run has ended.</summary>
    public string Path => _folder.In(_name + ".parquet");

    internal string JournalPath => _folder.In("journal", _name + ".jsonl");

    /// <summary>Whether there is such a table, with rows or without.</summary>
    public bool Exists => File.Exists(JournalPath) || File.Exists(Path);

    /// <summary>Opens the journal for appending.</summary>
    public Journal<TRow> OpenJournal() => new(JournalPath);

    /// <summary>Finished rows in the journal, in the order in which they were finished.</summary>
    public IEnumerable<TRow> ReadJournal() => JournalFile.Read<TRow>(JournalPath);

    /// <summary>Reads the rows in the order of their keys: from the journal of a run that has not ended, else from Parquet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or another version's.</exception>
    public IAsyncEnumerable<TRow> ReadAsync() =>
        !File.Exists(JournalPath) && File.Exists(Path) ? ParquetTable<TRow>.ReadAsync(Path) : InOrder();

    /// <summary>Writes the Parquet file of rows that are in the order of their keys, each key once.</summary>
    internal Task WriteAsync(IAsyncEnumerable<TRow> rows) => _table.WriteAsync(Path, rows, _folder.Metadata);

    /// <summary>Writes the rows into another Parquet file.</summary>
    internal Task CopyAsync(string path) => _table.WriteAsync(path, ReadAsync(), _folder.Metadata);

    /// <summary>Turns the journal into Parquet. A table without a journal has nothing new: what was written before stays.</summary>
    internal Task CompactAsync() => File.Exists(JournalPath) || !File.Exists(Path) ? WriteAsync(InOrder()) : Task.CompletedTask;

    /// <summary>Writes the rows as a journal into another folder.</summary>
    internal Task WriteJournalAsync(string folder, CancellationToken cancellationToken) =>
        JournalFile.WriteAsync(System.IO.Path.Combine(folder, _name + ".jsonl"), ReadAsync(), cancellationToken);

    private IAsyncEnumerable<TRow> InOrder() => JournalOrder.Read(JournalPath, _order).ToAsyncEnumerable();
}
