using System.Collections.Immutable;
using Calibration.Endpoint;

namespace Calibration.Tests.Endpoint;

/// <summary>The speed of a paced endpoint in tests that need real times, whatever they are: 40 ms, and 4 ms per token.</summary>
internal static class FastTruth
{
    internal static EndpointTruth Value { get; } = new(ImmutableSortedDictionary<string, TaskTruth>.Empty)
    {
        Unknown = new TaskTruth { A = 0.5, B = 1e-3, D = 0.1, T0Seconds = 0.04, SecondsPerToken = 0.004 },
    };
}
