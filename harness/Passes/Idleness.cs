using Calibration.Harness.Servers;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Whether the server was idle while a time was taken: by its own load before and after where it tells it, and by how much longer the client
/// waited than the server says it worked, against the least such wait so far (the way there and back).
/// </summary>
/// <param name="server">The server; null on the text road, where only its times tell.</param>
/// <param name="clock">Times the waiting.</param>
internal sealed class Idleness(IServerDialect? server, TimeProvider clock)
{
    private const double LongerShare = 0.1;
    private const double LongerSeconds = 0.05;

    /// <summary>Two and a half seconds in all, each wait twice as long as the last.</summary>
    private const int Looks = 8;

    private const int MostFaults = 3;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.02);

    /// <summary>By the number of requests that a sample is made of.</summary>
    private readonly Dictionary<bool, double> leastWait = new() { [false] = double.PositiveInfinity, [true] = double.PositiveInfinity };

    private bool tells = server is not null;
    private int faults;

    /// <summary>Waits a little for an idle server.</summary>
    /// <param name="own">Requests of our own that its load may still hold, because it lags behind their end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Requests of others, or null where it is idle or does not tell.</returns>
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

    /// <summary>The samples of one trace, those marked whose requests waited.</summary>
    internal IReadOnlyList<ServiceSample> Checked(IReadOnlyList<ServiceSample> samples)
    {
        foreach (ServiceSample sample in samples)
            leastWait[sample.ThinkingTokens > 0] = Math.Min(leastWait[sample.ThinkingTokens > 0], WaitOf(sample) ?? double.PositiveInfinity);
        return [.. samples.Select(sample => WaitOf(sample) - leastWait[sample.ThinkingTokens > 0] > (LongerShare * sample.ServerS) + LongerSeconds
            ? sample.Doubted(FormattableString.Invariant($"The server worked on it for {sample.ServerS:0.000} of its {sample.ServiceS:0.000} s: it waited, for other requests or on the way."))
            : sample)];
    }

    private static double? WaitOf(ServiceSample sample) => sample.Status == TrialStatus.Ok ? sample.ServiceS - sample.ServerS : null;

    /// <summary>A server that does not tell is not asked again; neither is one whose silence would cost minutes before every trace.</summary>
    private async Task<int?> WorkingAsync(CancellationToken cancellationToken)
    {
        if (!tells)
            return null;
        try
        {
            ServerLoad? load = await server!.LoadAsync(cancellationToken);
            tells = load is not null;
            return load is null ? null : load.Working + (load.Queued ?? 0);
        }
        catch (EndpointException)
        {
            tells = ++faults < MostFaults;
            return null;
        }
    }
}
