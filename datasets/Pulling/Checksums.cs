using System.Text.Json;

namespace Calibration.Datasets.Pulling;

/// <summary>
/// The SHA-256 of each pulled file as recorded at its first pull, in <c>checksums.json</c> of the cache folder. What is pulled later
/// must equal it.
/// </summary>
internal sealed class Checksums
{
    /// <summary>Name of the record in the cache folder.</summary>
    public const string FileName = "checksums.json";

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n" };

    private readonly string _path;
    private readonly SortedDictionary<string, string> _recorded;

    private Checksums(string path, SortedDictionary<string, string> recorded)
    {
        this._path = path;
        this._recorded = recorded;
    }

    /// <summary>Reads the record of a cache folder; an absent one is empty.</summary>
    /// <exception cref="DatasetException">It is malformed.</exception>
    public static Checksums Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            SortedDictionary<string, string> recorded = new(StringComparer.Ordinal);
            if (File.Exists(path))
            {
                foreach ((string file, string hash) in JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))
                    ?? []) recorded[file] = hash;
            }

            return new(path, recorded);
        }
        catch (JsonException error)
        {
            throw new DatasetException($"{path} is not valid JSON; delete it to record the checksums anew.", error);
        }
    }

    /// <summary>The recorded checksum of a file; null where it was never pulled.</summary>
    public string? Of(string relativePath) => _recorded.GetValueOrDefault(relativePath);

    /// <summary>Records a checksum and writes the record, through a temporary name.</summary>
    public void Record(string relativePath, string sha256)
    {
        _recorded[relativePath] = sha256;
        string partial = _path + ".part";
        File.WriteAllText(partial, JsonSerializer.Serialize(_recorded, Layout) + "\n");
        File.Move(partial, _path, overwrite: true);
    }
}
