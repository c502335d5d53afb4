using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Calibration.Analysis;
using Calibration.Endpoint;
using Calibration.Report.Tables;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>One folder, one operating point, and every artefact of a point names it.</summary>
public sealed class OperatingPointTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Allocate_AnotherPoint_HasAFolderOfItsOwnAndTheRunKeepsItsFirst()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "40", "--runs", "2", "--datasets", "gsm8k,arc", "--latency-items", "3", "--seed", "7", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        (string, string)[] before = Contents(folder);
        AssertNamesItsPoint(folder, "λ = 0.1/s, α = 30 s, ℓ ≤ 32768, shares 1/2 each (arc, gsm8k)", run.Output);

        string[][] points =
        [
            ["--arrival-rate", "1.5"],
            ["--arrival-rate", "1.5", "--mix", "gsm8k=0.3,arc=0.7"],
            ["--max-budget", "256"],
            ["--accuracy-weight", "31"],
            ["--mix", "gsm8k=1"],
        ];
        foreach (string[] point in points)
            Assert.Equal(0, (await CommandRun.OfAsync(["allocate", folder, .. point])).ExitCode);
        Assert.Equal(before, Contents(folder).Where(file => !file.Item1.Contains("/points/", StringComparison.Ordinal)));
        string[] made = Directory.GetDirectories(Path.Combine(folder, "points"));
        Assert.Equal(points.Length, made.Length);
        Assert.All(made, path => Assert.Matches("^[0-9.]+-[0-9.]+-[0-9a-f]{8}$", Path.GetFileName(path)));

        // The same again is the same folder with the same content, and the run's own point is the run folder.
        (string, string)[] all = Contents(folder);
        CommandRun again = await CommandRun.OfAsync(["allocate", folder, .. points[1]]);
        Assert.Equal(
            all.Where(file => file.Item1.EndsWith(".json", StringComparison.Ordinal)),
            Contents(folder).Where(file => file.Item1.EndsWith(".json", StringComparison.Ordinal)));
        string mixed = Assert.Single(made, path => again.Output.Contains(path, StringComparison.Ordinal));
        AssertNamesItsPoint(mixed, "λ = 1.5/s, α = 30 s, ℓ ≤ 32768, shares arc 0.7, gsm8k 0.3", again.Output);
        CommandRun own = await CommandRun.OfAsync("allocate", folder, "--mix", "gsm8k=0.5,arc=0.5");
        Assert.Equal(0, own.ExitCode);
        Assert.Equal(before, Contents(folder).Where(file => !file.Item1.Contains("/points/", StringComparison.Ordinal)));

        // A point's folder is simulated and drawn by its own path.
        Assert.Contains(
            "at λ = 1.5/s",
            (await CommandRun.OfAsync("simulate", mixed, "--queries", "500", "--replications", "3")).Output,
            StringComparison.Ordinal);
        Assert.Contains(Path.Combine(mixed, "figures"), (await CommandRun.OfAsync("figures", mixed)).Output, StringComparison.Ordinal);
        await AssertOtherPoliciesAsync(mixed);
    }

    /// <summary>A uniform budget that the allocation does not hold has an interval too, at the folder's own point.</summary>
    private static async Task AssertOtherPoliciesAsync(string place)
    {
        CommandRun drawn = await CommandRun.OfAsync("figures", place, "--policies", "20,0,optimal");
        Assert.True(drawn.ExitCode == 0, drawn.Error);
        string[][] bars = [.. File.ReadAllLines(Path.Combine(place, "figures", "fig3.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(["20", "0", ""], bars.Select(bar => bar[1]));
        Assert.All(bars, bar => Assert.InRange(Real(bar[2]), Real(bar[3]), Real(bar[4])));
        UniformAllocation none = PointFolder.Open(place).ReadAllocation().Uniform.First(uniform => uniform.BudgetTokens == 0);
        Assert.Equal(none.Objective, Real(bars[1][2]), 1e-9);
    }

    private static double Real(string cell) => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Allocate_MaxBudgetBelowTheGrid_BootstrapsOnAllAnswers()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "250", "--runs", "1", "--datasets", "gsm8k", "--latency-items", "5", "--max-budget", "256", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        RunAllocation allocation = new PointFolder(folder, "").ReadAllocation();
        TaskAllocation task = Assert.Single(allocation.Tasks);
        Assert.False(task.Measured);
        Assert.Equal(256, task.BudgetTokens);
        DecidedBudget decided = Assert.Single(allocation.Decision!.Tasks);
        Assert.Equal((256, 256), (decided.BudgetTokens.Low, decided.BudgetTokens.High));
    }

    [Theory]
    [InlineData("/srv/models/Qwen3 8B.gguf", null, "Qwen3 8B.gguf", "qwen3-8b.gguf")]
    [InlineData("C:\\models\\x", null, "x", "x")]
    [InlineData("Qwen/Qwen3-8B", null, "Qwen/Qwen3-8B", "qwen-qwen3-8b")]
    [InlineData("/srv/models/x.gguf", "R&D <night_1> 100 %", "R&D <night_1> 100 %", "r-d--night-1--100")]
    public async Task Run_PathOrLabel_IsShownEverywhere(string model, string? label, string shown, string id)
    {
        string task = Path.Combine(_root, "own.jsonl"), runs = Path.Combine(_root, "runs");
        await File.WriteAllLinesAsync(
            task,
            Enumerable.Range(0, 5).Select(i => $"{{\"id\":\"{i}\",\"prompt\":\"{i}+3?\",\"gold\":\"{i + 3}\",\"kind\":\"number\"}}"),
            Cancelled);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Model = model }, Cancelled);
        CommandRun run = await CommandRun.OfAsync([
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--task", $"own={task}", "--runs", "1", "--budgets", "0,4,16,64",
            "--latency-items", "2", "--out", runs, .. label is null ? (string[])[] : ["--label", label]]);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(runs));
        Assert.EndsWith("-" + id, folder, StringComparison.Ordinal);
        RunManifest manifest = RunFolder.Open(folder).ReadManifest();
        Assert.Equal((model, label), (manifest.Endpoint.Model, manifest.Settings.Label));
        Assert.Contains(shown, run.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"<h1>{WebUtility.HtmlEncode(shown)}</h1>",
            await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), Cancelled),
            StringComparison.Ordinal);
        Assert.Contains(shown, await File.ReadAllTextAsync(Path.Combine(folder, "table1.md"), Cancelled), StringComparison.Ordinal);
        Assert.Contains(
            TexText.Escaped(shown), await File.ReadAllTextAsync(Path.Combine(folder, "table1.tex"), Cancelled), StringComparison.Ordinal);
        foreach (string figure in (string[])["fig2", "fig3", "fig4"])
            Assert.Contains(shown, TextOf(Path.Combine(folder, "figures", figure + ".svg")), StringComparison.Ordinal);
        if (model != shown)
        {
            foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file =>
                Path.GetExtension(file) is ".svg" or ".html" or ".md" or ".tex" or ".csv"))
                Assert.DoesNotContain("models", await File.ReadAllTextAsync(file, Cancelled), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("a name that is much longer than what fits over a figure of one column's width")]
    public async Task Measure_LabelThatDoesNotFit_IsRefused(string label)
    {
        CommandRun run = await CommandRun.OfAsync("measure", "--datasets", "arc", "--items", "2", "--label", label, "--out", _root);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("--label is ", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    private static void AssertNamesItsPoint(string folder, string caption, string output)
    {
        Assert.Contains(caption, output, StringComparison.Ordinal);
        Assert.Contains(caption, File.ReadAllText(Path.Combine(folder, "table1.md")), StringComparison.Ordinal);
        Assert.Contains(TexText.Escaped(caption), File.ReadAllText(Path.Combine(folder, "table1.tex")), StringComparison.Ordinal);
        Assert.Contains(caption, WebUtility.HtmlDecode(File.ReadAllText(Path.Combine(folder, "report.html"))), StringComparison.Ordinal);
        foreach (string figure in (string[])["fig3", "fig4"])
            Assert.Contains(caption, TextOf(Path.Combine(folder, "figures", figure + ".svg")), StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "allocation.json")));
        string rate = document.RootElement.GetProperty("arrival_rate_per_s").GetDouble().ToString(CultureInfo.InvariantCulture);
        Assert.Contains($"λ = {rate}/s", caption, StringComparison.Ordinal);
        string[][] table = [.. File.ReadAllLines(Path.Combine(folder, "table1.csv")).Select(line => line.Split(','))];
        Assert.Equal(["arrival_rate_per_s", "accuracy_weight_s", "max_budget_tokens", "probability"], table[0][^4..]);
        foreach (JsonElement task in document.RootElement.GetProperty("tasks").EnumerateArray())
        {
            string[] row = Assert.Single(table, row => row[0] == task.GetProperty("display_name").GetString());
            Assert.Equal(
                [rate, "30", "32768", task.GetProperty("probability").GetDouble().ToString("R", CultureInfo.InvariantCulture)], row[^4..]);
        }
    }

    private static string TextOf(string svg) =>
        string.Join(
            ' ',
            XDocument.Load(svg).Descendants().Where(element => element.Name.LocalName is "text" or "desc")
                .Select(element => element.Value.Trim()));

    private static (string, string)[] Contents(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file =>
            (file, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))))];
}
