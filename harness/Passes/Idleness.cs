using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Whether the server was idle while a time was taken: its own load before and after, if it reports it, and the shortest time so far that
/// the client waited longer than the server says it worked (the network).
/// </summary>
/// <param name="forcing">The model on the server.</param>
/// <param name="clock">Times the waiting.</param>
internal sealed class Idleness(IBudgetForcing forcing, TimeProvider clock)
{
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
                _leastWait[timed.Sample.ThinkingTokens > 0], Math.Max(0, WaitOf(timed.Judged) ?? double.PositiveInfinity));
    }

    /// <summary>The samples of one trace, with the shortest wait so far, theirs included.</summary>
    internal IReadOnlyList<TimedSample> WithLeastWait(IReadOnlyList<TimedSample> samples)
    {
        Learn(samples);
        return
        [
            .. samples.Select(timed => timed with
            {
                Evidence = timed.Evidence with { LeastWaitSeconds = _leastWait[timed.Sample.ThinkingTokens > 0] },
            }),
        ];
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
