using Calibration.Harness.Transport;
using Calibration.Tests.Datasets;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>What is sent again, and what never is.</summary>
public sealed class EndpointClientTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostAndStream_BusyServer_AreSentOnce()
    {
        await using ScriptedServer server = Busy();
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"), RetryPolicy.Overnight);
        var uri = new Uri(server.Address, "v1/completions");
        Assert.False((await client.PostAsync(uri, "{}"u8.ToArray(), tokens: 1, Cancelled)).IsSuccess);
        Assert.Single(server.Requests);
        await Assert.ThrowsAsync<EndpointException>(async () =>
            await client.StreamTimedAsync(uri, "{}"u8.ToArray(), TimeProvider.System, Cancelled));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://host:8000/v1", "http://host:8000/v1/", "http://host:8000/")]
    [InlineData("http://host:8000/api/v1/", "http://host:8000/api/v1/", "http://host:8000/api/")]
    [InlineData("https://host/inference", "https://host/inference/", "https://host/inference/")]
    public void Api_AnyBasePath_LeadsToTheRoutesBesideIt(string given, string api, string root)
    {
        using EndpointClient client = TestClient.Open(new Uri(given));
        Assert.Equal(api, client.Api.ToString());
        Assert.Equal(root, client.Root.ToString());
    }

    private static ScriptedServer Busy() => new(_ => ScriptedServer.Status("503 Service Unavailable"));
}
