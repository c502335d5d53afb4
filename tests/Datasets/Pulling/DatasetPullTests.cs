using System.Text;
using Calibration.Datasets;
using Calibration.Datasets.Pulling;
using Xunit;

namespace Calibration.Tests.Datasets.Pulling;

/// <summary>Pulling against a real HTTP server on loopback that misbehaves as hubs, proxies and networks do.</summary>
public sealed class DatasetPullTests : IDisposable
{
    private const string Secret = "hf_secret_of_the_test";
    private const string HubPath = "/datasets/openai/gsm8k/resolve/main/test.jsonl";

    private static readonly byte[] Good = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(
        "{\"question\":\"How many?\",\"answer\":\"#### 3\"}\n", 3)));
    private static readonly byte[] Other = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(
        "{\"question\":\"How few?\",\"answer\":\"#### 1\"}\n", 3)));

    private readonly string _folder = Directory.CreateTempSubdirectory("calibration").FullName;
    private readonly HttpClient _http = DatasetPull.CreateClient();

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Pull_Good_StoredRecordedAndNotFetchedAgain()
    {
        await using ScriptedServer server = new(_ => ScriptedServer.Ok(Good));
        List<PullProgress> progress = [];
        PulledFile file = await Pull(server, progress);
        Assert.Equal(("gsm8k/test.jsonl", (long)Good.Length, true), (file.RelativePath, file.Bytes, file.Downloaded));
        Assert.Equal(Good, await File.ReadAllBytesAsync(Path.Combine(_folder, file.RelativePath), TestContext.Current.CancellationToken));
        Assert.Contains(progress, step => step.Bytes == Good.Length && step.TotalBytes == Good.Length);
        Assert.Contains(
            file.Sha256,
            await File.ReadAllTextAsync(Path.Combine(_folder, "checksums.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal(3, Benchmarks.Find("gsm8k")!.Load(_folder).Problems.Length);
        Assert.Equal(file.Sha256, Benchmarks.Find("gsm8k")!.Load(_folder).Files[0].Sha256);
        Assert.False((await Pull(server)).Downloaded);
        Assert.Equal(HubPath, Assert.Single(server.Requests).Path);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, ".partial"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Pull_DroppedHalfWay_WholeFileAgain()
    {
        int count = 0;
        await using ScriptedServer server = new(_ => ++count < 3 ? ScriptedServer.Half(Good) : ScriptedServer.Ok(Good));
        Assert.Equal(Good.Length, (await Pull(server)).Bytes);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Pull_AlwaysDropped_NothingKept()
    {
        await using ScriptedServer server = new(_ => ScriptedServer.Half(Good));
        string message = await Fault(server);
        Assert.Contains("in 3 attempts", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "gsm8k")));
    }

    [Theory]
    [InlineData("<html>Sign in to the hotel's network</html>", "is not a .jsonl file")]
    [InlineData("{\"q\":1}\n{\"q\":1}\n{\"q\":1}\n", "expected question, answer")]
    [InlineData("{\"question\":\"a\",\"answer\":\"#### 1\"}\n", "has 1 rows; 3 were expected")]
    public async Task Pull_WrongBytes_Refused(string body, string words)
    {
        await using ScriptedServer server = new(_ => ScriptedServer.Ok(Encoding.UTF8.GetBytes(body)));
        Assert.Contains(words, await Fault(server), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "gsm8k")));
    }

    [Fact]
    public async Task Pull_OtherBytesThanAnnounced_Refused()
    {
        string tag = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Good));
        await using ScriptedServer server = new(_ => ScriptedServer.Ok(Other, $"X-Linked-Etag: \"{tag}\"\r\n"));
        Assert.Contains("not those that the hub announced", await Fault(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_ChangedSinceFirstPull_RefusedWithBothChecksums()
    {
        byte[] served = Good;
        await using ScriptedServer server = new(_ => ScriptedServer.Ok(served));
        string first = (await Pull(server)).Sha256;
        // A damaged copy is fetched again and is well when the hub still has the recorded file.
        await File.WriteAllTextAsync(Path.Combine(_folder, "gsm8k/test.jsonl"), "damaged", TestContext.Current.CancellationToken);
        Assert.True((await Pull(server)).Downloaded);
        File.Delete(Path.Combine(_folder, "gsm8k/test.jsonl"));
        served = Other;
        string message = await Fault(server);
        Assert.Contains(first, message, StringComparison.Ordinal);
        Assert.Contains("checksums.json", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("401 Unauthorized", null, false, "openai/gsm8k")]
    [InlineData("401 Unauthorized", Secret, false, "HF_TOKEN is wrong")]
    [InlineData("401 Unauthorized", null, true, "set it as HF_TOKEN")]
    [InlineData("403 Forbidden", Secret, true, "accept its terms at")]
    [InlineData("401 Unauthorized", Secret, true, "was not accepted")]
    [InlineData("404 Not Found", null, false, "has no test.jsonl")]
    [InlineData("400 Bad Request", null, false, "status 400")]
    public async Task Pull_Refused_SaysWhatToDo(string status, string? token, bool gated, string words)
    {
        await using ScriptedServer server = new(_ => ScriptedServer.Status(status));
        Assert.Contains(words, await Fault(server, token, gated), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Retry-After: 0\r\n")]
    [InlineData("503 Service Unavailable", "")]
    public async Task Pull_BusyThenWell_Retried(string status, string headers)
    {
        int count = 0;
        await using ScriptedServer server = new(_ => ++count < 3 ? ScriptedServer.Status(status, headers) : ScriptedServer.Ok(Good));
        Assert.True((await Pull(server)).Downloaded);
    }

    [Fact]
    public async Task Pull_BusyForLong_SaysSoAtOnce()
    {
        await using ScriptedServer server = new(_ => ScriptedServer.Status("429 Too Many Requests", "Retry-After: 3600\r\n"));
        Assert.Contains("too many requests", await Fault(server), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Pull_RedirectedWithinAndAway_TokenStaysWithTheHub()
    {
        await using ScriptedServer elsewhere = new(_ => ScriptedServer.Ok(Good));
        await using ScriptedServer hub = new(request => request.Path.StartsWith("/moved", StringComparison.Ordinal)
            ? ScriptedServer.Status("302 Found", $"Location: {elsewhere.Address}blob?signature=abc\r\n")
            : ScriptedServer.Status("307 Temporary Redirect", "Location: /moved/file\r\n"));
        Assert.True((await Pull(hub, token: Secret)).Downloaded);
        Assert.All(hub.Requests, request => Assert.Equal($"Authorization: Bearer {Secret}", request.Authorization));
        Assert.Equal(2, hub.Requests.Count);
        Assert.Null(Assert.Single(elsewhere.Requests).Authorization);
    }

    [Fact]
    public async Task Pull_EndlessRedirect_Fault()
    {
        await using ScriptedServer server = new(request => ScriptedServer.Status("302 Found", $"Location: {request.Path}x\r\n"));
        Assert.Contains("redirects more than", await Fault(server, Secret), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_NobodyThere_SaysOffline()
    {
        ScriptedServer server = new(_ => []);
        await server.DisposeAsync();
        DatasetPull pull = Of(new Uri("http://127.0.0.1:9"), null, false);
        DatasetException error = await Assert.ThrowsAsync<DatasetException>(() =>
            pull.PullAsync(Benchmarks.Find("gsm8k")!, null, TestContext.Current.CancellationToken));
        Assert.Contains("offline", error.Message, StringComparison.Ordinal);
        Assert.Contains("HF_ENDPOINT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_NameUnconfirmed_FallsBackToConvertedCopy()
    {
        HubSource source = HubSource.Of("cruxeval");
        await using ScriptedServer server = new(_ => ScriptedServer.Status("404 Not Found"));
        DatasetPull pull = new(_http, Options(server.Address, null), TimeProvider.System);
        await Assert.ThrowsAsync<DatasetException>(() =>
            pull.PullAsync(Benchmarks.Find("cruxeval")!, null, TestContext.Current.CancellationToken));
        Assert.Equal(
            ["/datasets/cruxeval-org/cruxeval/resolve/main/test.jsonl",
                "/datasets/cruxeval-org/cruxeval/resolve/refs%2Fconvert%2Fparquet/default/test/0000.parquet"],
            server.Requests.Select(request => request.Path));
        Assert.Equal(2, source.Files[0].Length);
    }

    [Fact]
    public async Task Pull_Cancelled_Stops()
    {
        using CancellationTokenSource cancel = new();
        await using ScriptedServer server = new(_ =>
        {
            cancel.Cancel();
            return ScriptedServer.Half(Good);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Of(server.Address, null, false).PullAsync(Benchmarks.Find("gsm8k")!, null, cancel.Token));
    }

    [Fact]
    public void FromEnvironment_Variables_FollowConventions()
    {
        Assert.Equal(
            Path.Combine("/h", "calibration", "datasets"),
            PullOptions.FromEnvironment(Variables(("HF_HOME", "/h"), ("XDG_CACHE_HOME", "/x"))).Directory);
        Assert.Equal(
            Path.Combine("/x", "calibration", "datasets"), PullOptions.FromEnvironment(Variables(("XDG_CACHE_HOME", "/x"))).Directory);
        PullOptions options = PullOptions.FromEnvironment(Variables(("HF_ENDPOINT", "https://mirror.example/hub"), ("HF_TOKEN", Secret)));
        Assert.Equal("https://mirror.example/hub", options.Endpoint.AbsoluteUri);
        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
        Assert.Throws<DatasetException>(() => PullOptions.FromEnvironment(Variables(("HF_ENDPOINT", "mirror"))));
    }

    private static Func<string, string?> Variables(params (string Name, string Value)[] set) =>
        name => set.FirstOrDefault(variable => variable.Name == name).Value;

    private async Task<PulledFile> Pull(ScriptedServer server, List<PullProgress>? progress = null, string? token = null) =>
        Assert.Single(
            await Of(server.Address, token, false).PullAsync(
                Benchmarks.Find("gsm8k")!, progress is null ? null : new Recorder(progress), TestContext.Current.CancellationToken));

    private async Task<string> Fault(ScriptedServer server, string? token = null, bool gated = false)
    {
        DatasetException error = await Assert.ThrowsAsync<DatasetException>(() =>
            Of(server.Address, token, gated).PullAsync(Benchmarks.Find("gsm8k")!, null, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        return error.Message;
    }

    private DatasetPull Of(Uri endpoint, string? token, bool gated) => new(_http, Options(endpoint, token), TimeProvider.System)
    {
        Sources = _ => new HubSource("openai/gsm8k", gated, ["question", "answer"], [[new HubFile("main", "test.jsonl", 3)]]),
    };

    private PullOptions Options(Uri endpoint, string? token) => new()
    {
        Directory = _folder,
        Endpoint = endpoint,
        Token = token,
        Attempts = 3,
        FirstDelay = TimeSpan.FromMilliseconds(1),
    };

    private sealed class Recorder(List<PullProgress> steps) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => steps.Add(value);
    }
}
