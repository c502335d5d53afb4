using System.Collections.Immutable;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Harness;

/// <summary>What <c>calibrate measure</c> left in its run folder.</summary>
internal sealed record MeasuredRun(
    ImmutableArray<Trial> Trials, ImmutableArray<Trace> Traces, ImmutableArray<ServiceSample> Service, RunManifest Manifest)
{
    internal static Task<MeasuredRun> OfAsync(Uri endpoint, params string[] arguments) =>
        OfAsync(TimeProvider.System, endpoint, arguments);

    internal static async Task<MeasuredRun> OfAsync(TimeProvider clock, Uri endpoint, params string[] arguments)
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        try
        {
            CommandRun run = await CommandRun.OfAsync(
                clock, ["measure", "--endpoint", endpoint.ToString(), "--out", root, .. arguments]);
            Assert.True(run.ExitCode == 0, run.Error);
            return await ReadAsync(Assert.Single(Directory.GetDirectories(root)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    internal static async Task<MeasuredRun> ReadAsync(string path)
    {
        RunFolder folder = RunFolder.Open(path);
        return new MeasuredRun(
            [.. await folder.Trials.ReadAsync().ToListAsync()],
            [.. await folder.Traces.ReadAsync().ToListAsync()],
            [.. await folder.Service.ReadAsync().ToListAsync()],
            folder.ReadManifest());
    }
}
