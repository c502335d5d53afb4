using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>
/// Where an operating point of a run is kept: in the run folder itself the point of its first allocation, any other in a folder of its
/// own below <c>points/</c>. So the allocation, the tables, the figures and the report of a folder are always of one point.
/// </summary>
/// <param name="Run">The run.</param>
/// <param name="Within">The point's folder relative to the run's; empty for the run folder itself.</param>
public sealed record PointFolder(RunFolder Run, string Within)
{
    private const string Points = "points";
    private const string Document = "allocation.json";

    /// <summary>The folder's path.</summary>
    public string Path => Run.In(Within);

    /// <summary>Where its figures are.</summary>
    public string FiguresPath => In("figures");

    internal string AllocationPath => In(Document);

    /// <summary>Opens what the user named: a run folder, or a point's folder within one.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no run at that path.</exception>
    public static PointFolder Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return System.IO.Path.GetDirectoryName(full) is { } points && System.IO.Path.GetFileName(points) == Points && Directory.Exists(full)
            ? new PointFolder(
                RunFolder.Open(System.IO.Path.GetDirectoryName(points)!), System.IO.Path.Combine(Points, System.IO.Path.GetFileName(full)))
            : new PointFolder(RunFolder.Open(path), "");
    }

    /// <summary>The folder of a point, which may not be there yet.</summary>
    internal static PointFolder Of(RunFolder run, AllocationPoint point)
    {
        var first = new PointFolder(run, "");
        try
        {
            return !File.Exists(first.AllocationPath) || AllocationPoint.Of(first.ReadAllocation()).FolderName == point.FolderName
                ? first
                : new PointFolder(run, System.IO.Path.Combine(Points, point.FolderName));
        }
        catch (InvalidDataException)
        {
            // An allocation that cannot be read is no point that could be kept: it is made anew.
            return first;
        }
    }

    /// <summary>A path within the folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Reads the allocation.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public RunAllocation ReadAllocation() => Run.ReadDocument<RunAllocation>(System.IO.Path.Combine(Within, Document));

    internal async Task WriteAsync(RunAllocation allocation)
    {
        Directory.CreateDirectory(Path);
        await Run.WriteDocumentAsync(System.IO.Path.Combine(Within, Document), allocation);
    }
}
