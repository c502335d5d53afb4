using System.Globalization;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Whether the server was idle while a time was taken: by its own load before and after, if it reports it, and by how much longer the
/// client
/// waited than the server says it worked, against the shortest such wait so far (the network).
/// </summary>
/// <param name="forcing">The model on the server.</param>
/// <param name="clock">Times the waiting.</param>
internal sealed class Idleness(IBudgetForcing forcing, TimeProvider clock)
{
    private const double LongerShare = 0.1;
    private const double LongerSeconds = 0.05;

    /// <summary>Two and a half seconds in all, each wait twice as long as the last.</summary>
    private const int Looks = 8;

    private const int MaxFaults = 3;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.02);

    /// <summary>By the number of requests that a sample is made of.</summary>
    private readonly Dictionary<bool, double> _leastWait = new() { [false] = double.PositiveInfinity, [true] = double.PositiveInfinity };

    private bool _tells = true;
    private int _faults;

    /// <summary>Waits a little for an idle server.</summary>
    /// <param name="own">Requests of our own that its load may still hold, because it lags behind their end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Requests of others, or null if it is idle or reports no load.</returns>
    internal async Task<int?> OthersAsync(int own, CancellationToken cancellationToken)
    {
        for (int look = 1; ; look++)
        {
            int? working = await WorkingAsync(cancellationToken);
            if (working is null or 0)
                return null;
            if (look == Looks || (own > 0 && working > own))
                return working;
            await Task.Delay(FirstWait * Math.Pow(2, look - 1), clock, cancellationToken);
        }
    }

    /// <summary>Samples by which the way to the server is learned, and which are not kept.</summary>
    internal void Learn(IEnumerable<TimedSample> samples)
    {
        foreach (TimedSample timed in samples)
            _leastWait[timed.Sample.ThinkingTokens > 0] = Math.Min(
                _leastWait[timed.Sample.ThinkingTokens > 0], Math.Max(0, WaitOf(timed.Sample) ?? double.PositiveInfinity));
    }

    /// <summary>
    /// The samples of one trace, those marked as suspect for which the client waited longer than the server says it worked.
    /// </summary>
    internal IReadOnlyList<ServiceSample> Judged(IReadOnlyList<TimedSample> samples)
    {
        Learn(samples);
        return [.. samples.Select(Judged)];
    }

    private ServiceSample Judged(TimedSample timed)
    {
        (ServiceSample sample, double? server) = timed;
        return sample.ServiceS - server - _leastWait[sample.ThinkingTokens > 0] > (LongerShare * server) + LongerSeconds
            ? sample.AsSuspect(string.Create(
                CultureInfo.InvariantCulture,
                $"The server worked on it for {server:0.000} of its {sample.ServiceS:0.000} s; the rest was waiting (other requests, the "
                    + $"network, or a stalled client)."))
            : sample;
    }

    private static double? WaitOf(ServiceSample sample) => sample.Status == TrialStatus.Ok ? sample.ServiceS - sample.ServerS : null;

    /// <summary>
    /// A server that reports no load is not asked again; neither is one whose silence would cost minutes before every trace.
    /// </summary>
    private async Task<int?> WorkingAsync(CancellationToken cancellationToken)
    {
        if (!_tells)
            return null;
        try
        {
            ServerLoad? load = await forcing.Requests.LoadAsync(cancellationToken);
            _tells = load is not null;
            return load is null ? null : load.Working + (load.Queued ?? 0);
        }
        catch (EndpointException)
        {
            _tells = ++_faults < MaxFaults;
            return null;
        }
    }
}

/// <summary>A sample and what the server says of its time.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="ServerSeconds">The server's own seconds, by its first and last token if it reports no others; absent where it gives
/// none.</param>
internal readonly record struct TimedSample(ServiceSample Sample, double? ServerSeconds)
{
    /// <summary>Whether its thinking was counted; without a count it is unverified, however often it is timed.</summary>
    internal bool IsCounted { get; init; } = true;
}
