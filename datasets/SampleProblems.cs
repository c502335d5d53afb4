namespace Calibration.Datasets;

/// <summary>
/// Our own invented problems in the six benchmarks' published formats, 300 or more each, so that a run without any download
/// takes the same way as one on the real files. They are not the benchmarks' problems and must never be reported under their names.
/// <c>tools/</c> generates them.
/// </summary>
public static class SampleProblems
{
    /// <summary>Directory that holds them beside the program; a data directory for <see cref="Benchmark.Load"/>.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "samples");
}
