using System.Diagnostics;
using System.Globalization;
using Calibration.Results;

namespace Calibration.Benchmarks;

/// <summary>
/// Requests a second against a stub that answers every completion alike (benchmarks/stub: nginx), with verification and journal on: what
/// the client costs.
/// </summary>
internal static class FixedStub
{
    internal static async Task<int> RunAsync(Uri api)
    {
        string root = Directory.CreateTempSubdirectory("calibration-stub-").FullName;
        const int Runs = 200;
        var progress = new StringWriter();
        long start = Stopwatch.GetTimestamp();
        int code = await Calibrate.CommandLine.InvokeAsync(
            [
                "measure", "--endpoint", api.ToString(), "--samples", "--datasets", "gsm8k,bbh,arc", "--items", "250", "--runs",
                Runs.ToString(CultureInfo.InvariantCulture),
                "--budgets", "0", "--latency-items", "2", "--concurrency", "64", "--profile", "qwen3", "--out", root,
            ],
            Console.Out,
            progress,
            TimeProvider.System,
            CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (code != 0)
        {
            Console.Error.WriteLine(progress);
            return code;
        }

        RunFolder folder = RunFolder.Open(Directory.GetDirectories(root).Single());
        long trials = 0, usable = 0;
        await foreach (Trial trial in folder.Trials.ReadAsync())
        {
            trials++;
            usable += trial.IsUsable ? 1 : 0;
        }

        Console.WriteLine(progress);
        Console.WriteLine(FormattableString.Invariant(
            $"{trials:N0} requests, {usable:N0} verified, in {seconds:0.0} s with start and compaction: {trials / seconds:N0} a second"));
        Directory.Delete(root, recursive: true);
        return 0;
    }
}
