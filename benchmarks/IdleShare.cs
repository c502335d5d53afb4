using System.Diagnostics;
using System.Globalization;
using Calibration.Endpoint;

namespace Calibration.Benchmarks;

/// <summary>
/// How much of an endpoint of 64 slots and 20 ms service stays idle while the harness drives it, by the endpoint's own book.
/// </summary>
internal static class IdleShare
{
    private const int Slots = 64;

    internal static async Task<int> RunAsync()
    {
        foreach (int concurrency in (int[])[64, 96, 128, 256])
        {
            double idle = await MeasureAsync(concurrency);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"--concurrency {concurrency,3}: idle share {100 * idle:0.00} % of {Slots} slots of 20 ms"));
        }

        return 0;
    }

    private static async Task<double> MeasureAsync(int concurrency)
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Slots = Slots, MinServiceTime = TimeSpan.FromMilliseconds(20) });
        string root = Directory.CreateTempSubdirectory("calibration-idle-").FullName;
        using var stop = new CancellationTokenSource();
        Task<int> running = Calibrate.CommandLine.InvokeAsync(
            [
                "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "gsm8k,bbh,arc", "--items", "250",
                "--runs", "100",
                "--budgets", "0,4,8,12,16,20,24,32", "--latency-items", "2", "--concurrency", concurrency.ToString(
                    CultureInfo.InvariantCulture), "--out", root,
            ],
            TextWriter.Null,
            TextWriter.Null,
            TimeProvider.System,
            stop.Token);

        // The latency pass and the first seconds are no steady state.
        await Task.Delay(TimeSpan.FromSeconds(8));
        long start = Stopwatch.GetTimestamp();
        double before = endpoint.BusySlotSeconds;
        await Task.Delay(TimeSpan.FromSeconds(15));
        double busy = endpoint.BusySlotSeconds - before, seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await running;
        Directory.Delete(root, recursive: true);
        return 1 - (busy / (Slots * seconds));
    }
}
