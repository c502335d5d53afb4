using System.Text;
using System.Text.Json.Nodes;
using Calibration.Datasets;
using Calibration.Datasets.Pulling;
using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Datasets;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Names from servers, files and manifests become names of folders; none of them leads out of the folder it belongs in.</summary>
public sealed class FolderNameTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public static TheoryData<string> Benchmarked => [.. Benchmarks.All.Select(benchmark => benchmark.Task)];

    /// <summary>Everything that runs write to lies two folders deep, so that a step upward would show.</summary>
    private string Runs => Path.Combine(_root, "deep", "runs");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("../../out")]
    [InlineData("..")]
    [InlineData("/etc/out")]
    [InlineData("a\\..\\..\\out")]
    [InlineData("C:\\out")]
    [InlineData("…/‥/out\u202e")]
    public async Task Measure_ModelAndProblemNames_StayInTheRunFolder(string name)
    {
        string task = Path.Combine(_root, "own.jsonl");
        await File.WriteAllTextAsync(
            task,
            new JsonObject { ["id"] = name, ["prompt"] = "2+3?", ["gold"] = "5", ["kind"] = "number" }.ToJsonString() + "\n",
            Cancelled);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Model = name }, Cancelled);
        CommandRun run = await CommandRun.OfAsync(
            "measure",
            "--endpoint",
            endpoint.BaseAddress.ToString(),
            "--task",
            $"own={task}",
            "--runs",
            "1",
            "--budgets",
            "0,4",
            "--out",
            Runs);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(Runs));
        Assert.Matches("^[0-9]{8}-[0-9]{6}-[a-z0-9.-]*$", Path.GetFileName(folder));
        Assert.Equal(name, RunFolder.Open(folder).ReadManifest().Endpoint.Model);
        Assert.Equal([Path.Combine(_root, "deep"), task], Directory.GetFileSystemEntries(_root).Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_root, "deep")));
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("..")]
    [InlineData("/out")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    public async Task Measure_TaskNameThatIsAPath_IsRefused(string name)
    {
        CommandRun run = await CommandRun.OfAsync("measure", "--task", $"{name}={Path.Combine(_root, "own.jsonl")}", "--out", Runs);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--task", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../out")]
    [InlineData("/out")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void Create_IdThatIsAPath_IsRefused(string id)
    {
        Assert.Throws<InvalidDataException>(() => RunFolder.Create(Runs, id));
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task Merge_ManifestWhoseIdIsAPath_IsRefused()
    {
        Assert.Equal(
            0,
            (await CommandRun.OfAsync(
                "measure", "--datasets", "arc", "--items", "2", "--runs", "1", "--budgets", "0,4", "--latency-items", "2", "--out",
                Runs)).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(Runs)), manifest = Path.Combine(folder, "manifest.json");
        JsonNode document = JsonNode.Parse(await File.ReadAllTextAsync(manifest, Cancelled))!;
        document["id"] = "../../../out";
        await File.WriteAllTextAsync(manifest, document.ToJsonString(), Cancelled);
        CommandRun run = await CommandRun.OfAsync("merge", folder, "--out", Runs);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("cannot be the name of a run", run.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_root));
        Assert.Single(Directory.GetFileSystemEntries(Runs));
    }

    [Theory]
    [MemberData(nameof(Benchmarked))]
    public void Pull_FilesOfTheHub_HaveNamesBelowTheirTask(string task)
    {
        foreach (HubFile file in HubSource.Of(task).Files.SelectMany(alternatives => alternatives))
            Assert.All(file.Path.Split('/'), part => Assert.Matches("^[A-Za-z0-9_-][A-Za-z0-9._-]*$", part));
    }

    [Fact]
    public async Task Pull_HubThatNamesAnotherFile_WritesWhereItWould()
    {
        byte[] rows = Encoding.UTF8.GetBytes("{\"question\":\"How many?\",\"answer\":\"#### 3\"}\n");
        await using ScriptedServer server = new(request => request.Path.StartsWith("/datasets", StringComparison.Ordinal)
            ? ScriptedServer.Status("302 Found", "Location: /../../../out.jsonl\r\n")
            : ScriptedServer.Ok(rows, "Content-Disposition: attachment; filename=\"../../../out.jsonl\"\r\n"));
        string cache = Path.Combine(_root, "deep", "cache");
        using HttpClient http = DatasetPull.CreateClient();
        var pull = new DatasetPull(http, new PullOptions { Directory = cache, Endpoint = server.Address }, TimeProvider.System)
        {
            Sources = _ => new HubSource("openai/gsm8k", false, ["question", "answer"], [[new HubFile("main", "test.jsonl", 1)]]),
        };
        PulledFile file = Assert.Single(await pull.PullAsync(Benchmarks.Find("gsm8k")!, null, Cancelled));
        Assert.Equal("gsm8k/test.jsonl", file.RelativePath);
        Assert.Equal(
            [Path.Combine(cache, "checksums.json"), Path.Combine(cache, "gsm8k", "test.jsonl")],
            Directory.GetFiles(_root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }
}
