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

    /// <summary>A gauge may lag behind the request that has just ended.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    private const int Looks = 6;

    private double leastWait = double.PositiveInfinity;

    /// <summary>Waits a little for an idle server.</summary>
    /// <returns>Requests that it still works on, or null where it is idle or does not tell.</returns>
    internal async Task<int?> OthersAsync(CancellationToken cancellationToken)
    {
        for (int look = 1; ; look++)
        {
            ServerLoad? load = await LoadAsync(cancellationToken);
            if (load is null || load.Working + load.Queued == 0)
                return null;
            if (look == Looks)
                return load.Working + load.Queued;
            await Task.Delay(Settling, clock, cancellationToken);
        }
    }

    /// <summary>The sample, marked where its request waited for others.</summary>
    internal ServiceSample Checked(ServiceSample sample)
    {
        if (sample is not { Status: TrialStatus.Ok, ServerS: { } worked })
            return sample;
        double wait = sample.ServiceS - worked;
        leastWait = Math.Min(leastWait, wait);
        return wait - leastWait <= (LongerShare * worked) + LongerSeconds
            ? sample
            : sample with { Status = TrialStatus.Unverified, Reason = FormattableString.Invariant($"The server worked on it for {worked:0.000} of its {sample.ServiceS:0.000} s: it waited, for other requests or on the way.") };
    }

    /// <summary>A server that cannot be asked for its load now is asked for the time itself next, which waits for it.</summary>
    private async Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return server is null ? null : await server.LoadAsync(cancellationToken);
        }
        catch (EndpointException)
        {
            return null;
        }
    }
}
