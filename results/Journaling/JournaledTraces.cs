namespace Calibration.Results.Journaling;

/// <summary>
/// Some traces of a journal by their ids. Only their places are in memory, because with a budget added to a run all of its traces are
/// wanted, each once. Should an id be there twice, the first line counts, as in <c>traces.parquet</c>.
/// </summary>
public sealed class JournaledTraces
{
    private readonly string _path;
    private readonly Dictionary<string, (long Offset, int Length)> _places = new(StringComparer.Ordinal);

    internal JournaledTraces(string path, Func<Trace, bool> isWanted)
    {
        this._path = path;
        if (!File.Exists(path))
            return;
        using FileStream file = JournalFile.Open(path);
        foreach (JournaledRow<Trace> line in JournalFile.ReadLines<Trace>(file).Where(line => isWanted(line.Row)))
            _places.TryAdd(line.Row.TraceId, (line.Offset, line.Length));
    }

    /// <summary>How many there are.</summary>
    public int Count => _places.Count;

    /// <summary>Whether the trace is among them.</summary>
    public bool Has(string traceId) => _places.ContainsKey(traceId);

    /// <summary>Reads a trace from the journal; null where it is not among them.</summary>
    public Trace? Find(string traceId)
    {
        if (!_places.TryGetValue(traceId, out (long Offset, int Length) place))
            return null;
        using FileStream file = JournalFile.Open(_path);
        byte[] buffer = [];
        return JournalFile.ReadAt<Trace>(file, place.Offset, place.Length, ref buffer);
    }
}
