using System.Text.Json;

namespace Calibration.Results;

/// <summary>One run on the disk. The only place where measuring and analysing meet.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>The run's id.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>Where the run's manifest is.</summary>
    public string ManifestPath => In("manifest.json");

    /// <summary>Where the graded answers are, once the run has ended.</summary>
    public string TrialsPath => In("trials.parquet");

    /// <summary>Where the service times are, once the run has ended.</summary>
    public string ServicePath => In("service.parquet");

    /// <summary>Where the thinking traces are, once the run has ended.</summary>
    public string TracesPath => In("traces.parquet");

    /// <summary>Where the figures go.</summary>
    public string FiguresPath => In("figures");

    /// <summary>Makes a fresh folder below <paramref name="root"/>; a taken id gets a number.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static RunFolder Create(string root, string id)
    {
        try
        {
            Directory.CreateDirectory(root);
            string path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, id));
            for (int number = 2; Directory.Exists(path); number++)
                path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, $"{id}-{number}"));
            Directory.CreateDirectory(System.IO.Path.Combine(path, "journal"));
            return new RunFolder(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"No run folder can be made in {root} ({fault.Message.TrimEnd('.')}): choose another folder with --out.", fault);
        }
    }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no run at that path.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));
        return File.Exists(folder.ManifestPath)
            ? folder
            : throw new DirectoryNotFoundException($"{path} is no run folder: it has no manifest.json.");
    }

    /// <summary>A path within the folder.</summary>
    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Opens the journal of trials for appending.</summary>
    public Journal<Trial> OpenTrialJournal() => new(JournalPath("trials"));

    /// <summary>Opens the journal of service times for appending.</summary>
    public Journal<ServiceSample> OpenServiceJournal() => new(JournalPath("service"));

    /// <summary>Opens the journal of traces for appending.</summary>
    public Journal<Trace> OpenTraceJournal() => new(JournalPath("traces"));

    /// <summary>Writes the manifest.</summary>
    public Task WriteManifestAsync(RunManifest manifest) => WriteDocumentAsync("manifest.json", manifest);

    /// <summary>Reads the manifest.</summary>
    /// <exception cref="InvalidDataException">It is not a manifest of this version.</exception>
    public RunManifest ReadManifest() => ReadDocument<RunManifest>("manifest.json");

    /// <summary>Writes a document of the run, such as <c>fits.json</c>.</summary>
    public Task WriteDocumentAsync<T>(string name, T document) =>
        AtomicFile.WriteTextAsync(In(name), JsonSerializer.Serialize(document, ResultsJson.Document) + "\n");

    /// <summary>Reads a document of the run.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not of this version.</exception>
    public T ReadDocument<T>(string name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(In(name)), ResultsJson.Document) ?? throw new JsonException("it is empty");
        }
        catch (FileNotFoundException fault)
        {
            throw new InvalidDataException($"{Path} has no {name}: run the stage that writes it first (fit, then allocate).", fault);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{In(name)} was not written by this version: run the stage that writes it again ({fault.Message.Split('.')[0]}).", fault);
        }
    }

    /// <summary>Whether the run has ended: its journals have become Parquet.</summary>
    public bool HasEnded => File.Exists(TrialsPath) && !Directory.Exists(In("journal"));

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

    /// <summary>Finished trials in the journal, in the order in which they were finished.</summary>
    public IEnumerable<Trial> ReadJournaledTrials() => JournalFile.Read<Trial>(JournalPath("trials"));

    /// <summary>Finished service times in the journal.</summary>
    public IEnumerable<ServiceSample> ReadJournaledService() => JournalFile.Read<ServiceSample>(JournalPath("service"));

    /// <summary>Finished traces in the journal.</summary>
    public IEnumerable<Trace> ReadJournaledTraces() => JournalFile.Read<Trace>(JournalPath("traces"));

    /// <summary>Turns the journals into the Parquet files and removes them.</summary>
    public async Task CompactAsync()
    {
        await WriteRowsAsync(ReadJournaledTrials(), ReadJournaledService(), ReadJournaledTraces());
        Directory.Delete(In("journal"), recursive: true);
    }

    /// <summary>Writes the Parquet files, rows in the order of their keys; of rows with the same key the last counts, because a failed
    /// one was tried again. Trials come last: they say that a run has ended.</summary>
    public async Task WriteRowsAsync(IEnumerable<Trial> trials, IEnumerable<ServiceSample> service, IEnumerable<Trace> traces)
    {
        var metadata = new Dictionary<string, string> { ["calibration.run"] = Id, ["calibration.schema"] = "1" };
        await RunTables.Traces.WriteAsync(
            TracesPath,
            LastOf(traces.OrderBy(trace => new TrialKey(trace.Task, trace.ProblemId, trace.Run, 0)).ThenBy(trace => trace.TraceId, StringComparer.Ordinal), trace => trace.TraceId),
            metadata,
            rowGroupSize: 256);
        await RunTables.Service.WriteAsync(
            ServicePath,
            LastOf(
                service.OrderBy(sample => new TrialKey(sample.Task, sample.ProblemId, 0, sample.BudgetTokens)).ThenBy(sample => sample.TraceId, StringComparer.Ordinal),
                sample => (sample.TraceId, sample.BudgetTokens)),
            metadata,
            rowGroupSize: 100_000);
        await RunTables.Trials.WriteAsync(TrialsPath, LastOf(trials.OrderBy(trial => trial.Key), trial => trial.Key), metadata, rowGroupSize: 100_000);
    }

    /// <summary>Writes <c>fits.parquet</c>.</summary>
    public Task WriteFitsAsync(IEnumerable<FittedParameter> parameters) =>
        RunTables.Fits.WriteAsync(In("fits.parquet"), parameters, new Dictionary<string, string> { ["calibration.run"] = Id, ["calibration.schema"] = "1" }, rowGroupSize: 100_000);

    /// <summary>Reads <c>fits.parquet</c>.</summary>
    public IAsyncEnumerable<FittedParameter> ReadFitsAsync() => RunTables.Fits.ReadAsync(In("fits.parquet"));

    /// <summary>Reads the graded answers: from Parquet, or from the journal of a run that has not ended.</summary>
    public IAsyncEnumerable<Trial> ReadTrialsAsync() =>
        File.Exists(TrialsPath) ? RunTables.Trials.ReadAsync(TrialsPath) : LastOf(ReadJournaledTrials().OrderBy(trial => trial.Key), trial => trial.Key).ToAsyncEnumerable();

    /// <summary>Reads the service times: from Parquet, or from the journal of a run that has not ended.</summary>
    public IAsyncEnumerable<ServiceSample> ReadServiceAsync() =>
        File.Exists(ServicePath) ? RunTables.Service.ReadAsync(ServicePath) : ReadJournaledService().ToAsyncEnumerable();

    /// <summary>Reads the thinking traces: from Parquet, or from the journal of a run that has not ended.</summary>
    public IAsyncEnumerable<Trace> ReadTracesAsync() =>
        File.Exists(TracesPath) ? RunTables.Traces.ReadAsync(TracesPath) : ReadJournaledTraces().ToAsyncEnumerable();

    /// <summary>Of neighbours with one key, the last.</summary>
    private static IEnumerable<TRow> LastOf<TRow, TKey>(IEnumerable<TRow> sorted, Func<TRow, TKey> keyOf)
        where TRow : class
    {
        TRow? last = null;
        foreach (TRow row in sorted)
        {
            if (last is not null && !EqualityComparer<TKey>.Default.Equals(keyOf(last), keyOf(row)))
                yield return last;
            last = row;
        }

        if (last is not null)
            yield return last;
    }

    private string JournalPath(string name) => In("journal", name + ".jsonl");
}
