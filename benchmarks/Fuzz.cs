using System.Diagnostics;
using System.Globalization;
using Calibration.Endpoint;
using Calibration.Results;

namespace Calibration.Benchmarks;

/// <summary>
/// Runs against an endpoint that changes bytes in three of ten responses: nothing may crash, hang, or count what was not verified.
/// </summary>
internal static class Fuzz
{
    private const int MutatedPerRun = 3 * 250 * 6 * 3 / 10;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        int responses = arguments.Length > 0 ? int.Parse(arguments[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 100_000;
        string root = Directory.CreateTempSubdirectory("calibration-fuzz-").FullName;
        var mix = new FaultMix(0.3, 20261124, [EndpointFault.Mutated], TimeSpan.Zero);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], Faults = mix });
        int runs = Math.Max(1, responses / MutatedPerRun);
        long start = Stopwatch.GetTimestamp();
        int code = await Calibrate.CommandLine.InvokeAsync(
            [
                "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "gsm8k,bbh,arc", "--items", "250",
                "--runs", runs.ToString(CultureInfo.InvariantCulture), "--budgets", "0,4,8,12,16", "--latency-items", "10", "--concurrency",
                "512", "--out", root,
            ],
            Console.Out,
            Console.Error,
            TimeProvider.System,
            CancellationToken.None);
        RunFolder folder = RunFolder.Open(Directory.GetDirectories(root).Single());
        long trials = 0, good = 0, unverified = 0;
        await foreach (Trial trial in folder.Trials.ReadAsync())
        {
            trials++;
            good += trial.IsUsable ? 1 : 0;
            unverified += trial.IsUsable && (trial.CountSource != CountSource.Ids || trial.ThinkingTokens != trial.BudgetTokens) ? 1 : 0;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"exit {code}; {endpoint.FaultCount:N0} responses changed; {trials:N0} trials, {good:N0} usable, {unverified:N0} of them "
                + $"unverified; {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
        Directory.Delete(root, recursive: true);
        return code != 0 || unverified > 0 ? 1 : 0;
    }
}
