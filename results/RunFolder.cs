using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Results.Journaling;
using Calibration.Results.Json;
using Calibration.Results.Parquet;

namespace Calibration.Results;

/// <summary>One run on the disk. The only place where measuring and analysing meet.</summary>
public sealed class RunFolder
{
    /// <summary>Parquet reads and writes a list's element as its value and two levels, beside the list itself.</summary>
    private const int ListElementBytes = 4 * sizeof(int);

    private RunFolder(string path)
    {
        Path = path;
        Trials = new RunTable<Trial>(this, "trials", RowOrders.Trials, trial =>
            sizeof(char) * ((long)trial.Response.Length + trial.Answer.Length + trial.Gold.Length + trial.Reason.Length));
        Service = new RunTable<ServiceSample>(this, "service", RowOrders.Service, _ => 0);
        Traces = new RunTable<Trace>(this, "traces", RowOrders.Traces, trace =>
            ListElementBytes * ((long)trace.TokenIds.Length + trace.CuePositions.Length));
        Thinking = new RunTable<KeptThinking>(this, "thinking", RowOrders.Thinking, kept => sizeof(char) * (long)kept.Text.Length);
    }

    /// <summary>The graded answers, in the order of their keys.</summary>
    public RunTable<Trial> Trials { get; }

    /// <summary>The service times, in the order of task, problem, budget and trace.</summary>
    public RunTable<ServiceSample> Service { get; }

    /// <summary>The thinking traces, in the order of task, problem, run and id.</summary>
    public RunTable<Trace> Traces { get; }

    /// <summary>Thinking as text, in the order of task, problem, run and length; there only where it was asked for.</summary>
    public RunTable<KeptThinking> Thinking { get; }

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>The run's id.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>Where the run's manifest is.</summary>
    public string ManifestPath => In("manifest.json");

    /// <summary>Where the figures go.</summary>
    public string FiguresPath => In("figures");

    /// <summary>Makes a fresh folder below <paramref name="root"/>; a taken id gets a number.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    /// <exception cref="InvalidDataException">The id is no name of a folder below <paramref name="root"/>.</exception>
    public static RunFolder Create(string root, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id is "" or "." or ".." || id.IndexOfAny(System.IO.Path.GetInvalidFileNameChars()) >= 0)
            throw new InvalidDataException(
                $"\"{id.ReplaceLineEndings(" ")}\" cannot be the name of a run: it is not the name of a single folder.");
        try
        {
            Directory.CreateDirectory(root);

            // A folder that is moved to its name is made there by one process only, also where several start in the same second.
            string made = In(root, $".{Guid.NewGuid():N}"), path = In(root, id);
            Directory.CreateDirectory(System.IO.Path.Combine(made, "journal"));
            for (int number = 2; !IsMoved(made, path); number++)
                path = In(root, $"{id}-{number}");
            return new RunFolder(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(root, fault);
        }
    }

    private static string In(string root, string id) => System.IO.Path.GetFullPath(System.IO.Path.Combine(root, id));

    /// <summary>Gives a folder its name; false where the name is taken.</summary>
    private static bool IsMoved(string made, string path)
    {
        if (System.IO.Path.Exists(path))
            return false;
        try
        {
            Directory.Move(made, path);
            return true;
        }
        catch (IOException) when (System.IO.Path.Exists(path))
        {
            return false;
        }
    }

    /// <summary>Looks whether a run folder could be made below <paramref name="root"/>, and leaves nothing behind.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static void ThrowIfUnwritable(string root)
    {
        string path = System.IO.Path.GetFullPath(root);
        string? made = null;
        for (string? missing = path; missing is not null && !Directory.Exists(missing); missing = System.IO.Path.GetDirectoryName(missing))
            made = missing;
        try
        {
            Directory.CreateDirectory(path);
            string probe = System.IO.Path.Combine(path, $".writable-{Guid.NewGuid():N}");
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(root, fault);
        }
        finally
        {
            if (made is not null && Directory.Exists(made))
                RemoveEmpty(path, made);
        }
    }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no run at that path.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));
        return File.Exists(folder.ManifestPath)
            ? folder
            : throw new DirectoryNotFoundException(
                $"{path} is not a run folder: {(Directory.Exists(path) ? "it has no manifest.json" : "it does not exist")}. Name the "
                + "folder of a run, such as results/runs/ID.");
    }

    /// <summary>A path within the folder.</summary>
    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes the manifest.</summary>
    public Task WriteManifestAsync(RunManifest manifest) => WriteDocumentAsync("manifest.json", manifest);

    /// <summary>Reads the manifest.</summary>
    /// <exception cref="InvalidDataException">It is not a manifest of this version.</exception>
    public RunManifest ReadManifest() => ReadDocument("manifest.json", ManifestReading.Read);

    /// <summary>Writes a document of the run, such as <c>fits.json</c>.</summary>
    public Task WriteDocumentAsync<T>(string name, T document) =>
        AtomicFile.WriteTextAsync(In(name), JsonSerializer.Serialize(document, ResultsJson.Document) + "\n");

    /// <summary>Reads a document of the run.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not of this version.</exception>
    public T ReadDocument<T>(string name)
    {
        bool isOlder = ReadManifest().SchemaVersion == 1;
        return ReadDocument(name, text => isOlder
            ? UnitNaming.Renamed(JsonNode.Parse(text)).Deserialize<T>(ResultsJson.Document) ?? throw new JsonException("it is empty")
            : JsonSerializer.Deserialize<T>(text, ResultsJson.Document) ?? throw new JsonException("it is empty"));
    }

    private T ReadDocument<T>(string name, Func<string, T> read)
    {
        try
        {
            return read(File.ReadAllText(In(name)));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{Path} has no {name}: run the stage that writes it first (fit, then allocate).", fault);
        }
        catch (JsonException fault)
        {
            string remedy = name == "manifest.json" ? "put a copy of it back" : "run the stage that writes it again (fit, then allocate)";
            throw new InvalidDataException(
                $"{In(name)} is damaged, or was not written by this version: {remedy} ({fault.Message.Split('.')[0]}).", fault);
        }
    }

    /// <summary>Whether the run has ended: its journals have become Parquet.</summary>
    public bool HasEnded => File.Exists(Trials.Path) && !Directory.Exists(In("journal"));

    /// <summary>Keeps other processes from measuring into this folder until disposed.</summary>
    /// <exception cref="IOException">Another process is measuring into it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(In(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException fault)
        {
            throw new IOException($"Another process is measuring into {Path}: wait for it, or stop it first.", fault);
        }
    }

    /// <summary>Finds finished traces in the journal, to be read one by one.</summary>
    public JournaledTraces FindJournaledTraces(Func<Trace, bool> isWanted) => new(Traces.JournalPath, isWanted);

    /// <summary>
    /// Turns the journals into the Parquet files and removes them. A crash at any point leaves a folder on which this can be called
    /// again: the journals are complete until every file is in its place, and then go away by one rename.
    /// </summary>
    public async Task CompactAsync()
    {
        string journal = In("journal"), done = In("journal.done");
        RemoveFolder(done);
        RemoveFolder(In("journal.new"));
        if (!Directory.Exists(journal))
            return;

        // Trials come last: they say that a run has ended.
        if (Thinking.Exists)
            await Thinking.CompactAsync();
        await Traces.CompactAsync();
        await Service.CompactAsync();
        await Trials.CompactAsync();
        Directory.Move(journal, done);
        Directory.Delete(done, recursive: true);
    }

    /// <summary>
    /// Turns the Parquet files of a run that has ended back into journals, so that rows can be added; nothing where it has not. The
    /// journals come into their place by one rename when all of them are on the disk: a crash leaves the run ended, or open with every
    /// row. The Parquet files stay until the next compaction takes their place.
    /// </summary>
    /// <exception cref="IOException">The journals cannot be written; the run is as it was.</exception>
    public async Task ReopenAsync(CancellationToken cancellationToken)
    {
        if (!HasEnded)
            return;
        string fresh = In("journal.new");
        RemoveFolder(fresh);
        Directory.CreateDirectory(fresh);
        try
        {
            if (Thinking.Exists)
                await Thinking.WriteJournalAsync(fresh, cancellationToken);
            await Traces.WriteJournalAsync(fresh, cancellationToken);
            await Service.WriteJournalAsync(fresh, cancellationToken);
            await Trials.WriteJournalAsync(fresh, cancellationToken);
        }
        catch
        {
            RemoveFolder(fresh);
            throw;
        }

        Directory.Move(fresh, In("journal"));
    }

    /// <summary>
    /// Puts the service times aside, so that a latency pass can measure all of them again: they stay in a file of their own, and the run
    /// is open again without any. A crash leaves the run as it was, or without service times.
    /// </summary>
    /// <param name="utc">Names the file.</param>
    /// <param name="cancellationToken">Leaves the run as it was.</param>
    /// <returns>The file's name.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task<string> ReplaceServiceAsync(DateTime utc, CancellationToken cancellationToken)
    {
        string name = FormattableString.Invariant($"service.{utc:yyyyMMdd-HHmmss}.parquet");
        for (int number = 2; File.Exists(In(name)); number++)
            name = FormattableString.Invariant($"service.{utc:yyyyMMdd-HHmmss}-{number}.parquet");
        await Service.CopyAsync(In(name));
        await ReopenAsync(cancellationToken);
        await AtomicFile.WriteTextAsync(Service.JournalPath, "");
        return name;
    }

    /// <summary>Writes the Parquet files of rows that are in the order of their keys, each key once. Trials come last: they say that a
    /// run has ended.</summary>
    /// <param name="trials">The graded answers.</param>
    /// <param name="service">The service times.</param>
    /// <param name="traces">The thinking traces.</param>
    /// <param name="thinking">Thinking as text; null where none was kept.</param>
    public async Task WriteRowsAsync(
        IAsyncEnumerable<Trial> trials, IAsyncEnumerable<ServiceSample> service, IAsyncEnumerable<Trace> traces,
        IAsyncEnumerable<KeptThinking>? thinking = null)
    {
        if (thinking is not null)
            await Thinking.WriteAsync(thinking);
        await Traces.WriteAsync(traces);
        await Service.WriteAsync(service);
        await Trials.WriteAsync(trials);
    }

    /// <summary>Writes <c>fits.parquet</c>.</summary>
    public Task WriteFitsAsync(IEnumerable<FittedParameter> parameters) =>
        new ParquetTable<FittedParameter>(_ => 0).WriteAsync(In("fits.parquet"), parameters.ToAsyncEnumerable(), Metadata);

    /// <summary>Reads <c>fits.parquet</c>.</summary>
    public IAsyncEnumerable<FittedParameter> ReadFitsAsync() => ParquetTable<FittedParameter>.ReadAsync(In("fits.parquet"));

    /// <summary>What every Parquet file of the run says of itself.</summary>
    internal Dictionary<string, string> Metadata => new()
    {
        ["calibration.run"] = Id,
        ["calibration.schema"] = RunManifest.CurrentSchema.ToString(CultureInfo.InvariantCulture),
    };

    private static IOException Unwritable(string root, Exception fault)
    {
        // Special file systems such as /proc refuse a new folder as a file that is not found.
        string why = fault is FileNotFoundException or DirectoryNotFoundException
            ? "nothing can be created there"
            : fault.Message.TrimEnd('.');
        return new IOException($"No run folder can be created in {root} ({why}): choose another folder with {{Out}}.", fault);
    }

    /// <summary>Removes folders from the inner to the outer, as long as they are empty: another process may use them by now.</summary>
    private static void RemoveEmpty(string inner, string outer)
    {
        try
        {
            for (string? path = inner; path is not null && path.Length >= outer.Length; path = System.IO.Path.GetDirectoryName(path))
                Directory.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void RemoveFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
