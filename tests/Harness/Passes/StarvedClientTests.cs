using System.Diagnostics;
using System.Globalization;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Results;
using Calibration.Tests.Endpoint;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>
/// Service times of a client that is short of processor time: what is believed is right, by the endpoint's own log. More passes are a study
/// (<c>CALIBRATION_STARVED_PASSES=20</c>).
/// </summary>
[Collection("alone")]
public sealed class StarvedClientTests
{
    private static readonly int Passes = int.Parse(
        Environment.GetEnvironmentVariable("CALIBRATION_STARVED_PASSES") ?? "3", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(4, 0.5)]
    [InlineData(0, 0.98)]
    public async Task Measure_BesideBusyProcesses_BelievesOnlyWhatIsRight(int busy, double leastUsable)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The busy processes are shells.");
        using EndpointProcess endpoint = await EndpointProcess.StartAsync(isTimed: true);
        using TimedRun timed = await TimedRun.StartAsync(endpoint);
        Process[] others = [.. Enumerable.Range(0, busy).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"])!)];
        var wrong = new List<string>();
        int rows = 0, usable = 0;
        try
        {
            for (int pass = 0; pass < Passes; pass++)
            {
                foreach ((ServiceSample sample, double log) in await MeasureAsync(timed))
                {
                    rows++;
                    usable += sample.Status == TrialStatus.Ok ? 1 : 0;
                    if (sample.Status == TrialStatus.Ok && Math.Abs(sample.ServiceS - log) > (0.1 * log) + 0.05)
                        wrong.Add($"{sample.TraceId} at {sample.BudgetTokens}: {sample.ServiceS:0.000} s, by the log {log:0.000} s");
                }
            }
        }
        finally
        {
            foreach (Process other in others)
            {
                other.Kill();
                other.Dispose();
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{usable} of {rows} usable, {wrong.Count} of them wrong");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(usable >= leastUsable * rows, $"{usable} of {rows} usable");
    }

    /// <summary>Every sample with the endpoint's own time of the last try of its trace.</summary>
    private static async Task<IReadOnlyList<(ServiceSample Sample, double Log)>> MeasureAsync(TimedRun timed)
    {
        (IReadOnlyList<ServiceSample> samples, ServedRequest[] log) = await timed.RepeatAsync();
        return
        [
            .. samples.Select(sample =>
            {
                string separate = sample.TraceId.Split("/latency")[1].TrimStart('/');
                ServedRequest[] own =
                [
                    .. log.Where(served =>
                        served.User == new ProblemRun(1, "own", sample.ProblemId, -1).NameOf(separate.Length > 0 ? separate + "/" : "")),
                ];
                double thinking = sample.BudgetTokens == 0
                    ? 0
                    : own.Last(served => !served.TokenSeconds.IsEmpty).TokenSeconds[sample.BudgetTokens - 1];
                return (sample, thinking + own.Last(served => served.ThinkingClosed
                    && served.ThinkingTokens == sample.BudgetTokens).Seconds);
            }),
        ];
    }
}
