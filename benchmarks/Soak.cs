using System.Diagnostics;
using System.Globalization;

namespace Calibration.Benchmarks;

/// <summary>
/// A very long night: trials against the embedded endpoint in the same process, journal on, with the rate and the memory on the way.
/// </summary>
internal static class Soak
{
    /// <summary>Three tasks of 250 problems at ten budgets.</summary>
    private const int TrialsPerRun = 3 * 250 * 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    internal static async Task<int> RunAsync(string[] arguments)
    {
        int trials = arguments.Length > 0 ? int.Parse(arguments[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 1_000_000;
        int runs = (trials + TrialsPerRun - 1) / TrialsPerRun;
        string root = Directory.CreateTempSubdirectory("calibration-soak-").FullName;
        Console.WriteLine(FormattableString.Invariant($"{runs * TrialsPerRun:N0} trials, endpoint in the same process, into {root}"));
        using var stop = new CancellationTokenSource();
        Task watching = WatchAsync(stop.Token);
        long start = Stopwatch.GetTimestamp();
        int code = await Calibrate.CommandLine.InvokeAsync(
            [
                "measure", "--samples", "--datasets", "gsm8k,bbh,arc", "--items", "250", "--runs", runs.ToString(
                    CultureInfo.InvariantCulture),
                "--budgets", "0,4,8,12,16,20,24,32,40,48", "--latency-items", "2", "--out", root,
            ],
            Console.Out,
            TextWriter.Null,
            TimeProvider.System,
            CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await watching;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"exit {code}; {runs * TrialsPerRun / seconds:N0} trials/s over all, compaction included ({seconds:0} s); peak memory "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB"));
        Directory.Delete(root, recursive: true);
        return code;
    }

    private static async Task WatchAsync(CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0} s  memory {Environment.WorkingSet / 1e6,5:0} MB, of it managed "
                    + $"{GC.GetTotalMemory(forceFullCollection: false) / 1e6,5:0} MB"));
        }
    }
}
