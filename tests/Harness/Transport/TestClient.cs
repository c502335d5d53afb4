using Calibration.Harness.Transport;

namespace Calibration.Tests.Harness.Transport;

/// <summary>Clients for tests: by the system's clock, with waits that are not spread.</summary>
internal static class TestClient
{
    internal static EndpointClient Open(Uri api, RetryPolicy? policy = null, string? apiKey = null) =>
        new(api, new EndpointClientOptions(policy ?? RetryPolicy.None, TimeProvider.System, () => 0.5) { ApiKey = apiKey });
}
