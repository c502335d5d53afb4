using System.Globalization;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Servers;

/// <summary>A server's load as two gauges of its Prometheus page.</summary>
internal static class LoadMetrics
{
    /// <summary>Reads the two gauges, summed over a server's engines; null where the page lacks one.</summary>
    internal static ServerLoad? In(string metrics, string working, string queued) =>
        Sum(metrics, working) is { } workingNow && Sum(metrics, queued) is { } queuedNow ? new ServerLoad(workingNow, queuedNow) : null;

    /// <summary>The same from the server's <c>/metrics</c>; null where there is no such page.</summary>
    internal static async Task<ServerLoad?> AskAsync(
        EndpointClient client, string working, string queued, CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.GetAsync(new Uri(client.Root, "metrics"), cancellationToken);
        return reply.IsSuccess ? In(reply.Body.ToString(), working, queued) : null;
    }

    private static int? Sum(string metrics, string gauge)
    {
        double? sum = null;
        foreach (ReadOnlySpan<char> line in metrics.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(gauge, StringComparison.Ordinal) && line.Length > gauge.Length && (line[gauge.Length] is ' ' or '{')
                && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value is >= 0 and < 1e9)
            {
                sum = (sum ?? 0) + value;
            }
        }

        return (int?)sum;
    }
}
