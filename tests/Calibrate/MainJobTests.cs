using System.Text.Json;
using Calibration.Endpoint;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The main job on the embedded endpoint, small, from the command line to the figures.</summary>
public sealed class MainJobTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Run_EmbeddedEndpoint_LeavesACompleteRunFolder()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "40", "--runs", "2", "--datasets", "gsm8k,bbh,arc", "--latency-items", "5", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        foreach (string file in (string[])
        [
            "manifest.json",
            "trials.parquet",
            "service.parquet",
            "traces.parquet",
            "fits.json",
            "table1.csv",
            "table1.md",
            "table1.tex",
            "allocation.json",
            "fits.parquet",
            "report.html",
        ])
            Assert.True(File.Exists(Path.Combine(folder, file)), file);
        foreach (string figure in (string[])["fig2", "fig3", "fig4"])
        {
            foreach (string kind in (string[])["svg", "pdf", "png"])
                Assert.True(new FileInfo(Path.Combine(folder, "figures", $"{figure}.{kind}")).Length > 1_000, figure + kind);
            Assert.Contains(
                "simulated endpoint",
                await File.ReadAllTextAsync(Path.Combine(folder, "figures", figure + ".svg"), TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        Assert.Contains("simulated endpoint", run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "journal")));
        using JsonDocument manifest = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "manifest.json"), TestContext.Current.CancellationToken));
        Assert.True(manifest.RootElement.GetProperty("simulated").GetBoolean());
        Assert.Equal(2, manifest.RootElement.GetProperty("settings").GetProperty("plan").GetProperty("runs").GetInt32());

        // The stages work again alone, and give the same.
        string fits = await File.ReadAllTextAsync(Path.Combine(folder, "fits.json"), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CommandRun.OfAsync("fit", folder)).ExitCode);
        Assert.Equal(fits, await File.ReadAllTextAsync(Path.Combine(folder, "fits.json"), TestContext.Current.CancellationToken));
        Assert.Equal(0, (await CommandRun.OfAsync("allocate", folder, "--arrival-rate", "0.2", "--mix", "gsm8k=0.5,bbh=0.5")).ExitCode);
        Assert.Equal(0, (await CommandRun.OfAsync("figures", folder)).ExitCode);
        CommandRun simulated = await CommandRun.OfAsync("simulate", folder, "--queries", "2000", "--replications", "20");
        Assert.Contains("mean wait", simulated.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SameSeed_MeasuresTheSame()
    {
        string[] arguments =
        [
            "run", "--items", "12", "--runs", "1", "--datasets", "arc", "--latency-items", "3", "--seed", "7", "--out", _root,
        ];
        Assert.Equal(0, (await CommandRun.OfAsync(arguments)).ExitCode);
        Assert.Equal(0, (await CommandRun.OfAsync(arguments)).ExitCode);
        string[] tables = [.. Directory.GetDirectories(_root).Select(folder => File.ReadAllText(Path.Combine(folder, "table1.csv")))];
        Assert.Equal(2, tables.Length);
        Assert.Equal(tables[0], tables[1]);
    }

    [Fact]
    public async Task Run_HoursAreOver_FitsWhatIsThereAndCanBeResumed()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], MinServiceTime = TimeSpan.FromMilliseconds(10) }, TestContext.Current.CancellationToken);
        CommandRun cut = await CommandRun.OfAsync(
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "gsm8k,arc", "--items", "100", "--runs", "8",
            "--budgets", "0,8,64,256", "--concurrency", "4", "--latency-items", "2", "--hours", "0.0016", "--out", _root);
        Assert.True(cut.ExitCode == 0, cut.Error);
        Assert.Contains("The time is over", cut.Error, StringComparison.Ordinal);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        Assert.True(File.Exists(Path.Combine(folder, "fits.json")));
        Assert.False(File.Exists(Path.Combine(folder, "trials.parquet")));

        CommandRun rest = await CommandRun.OfAsync("run", "--resume", folder, "--hours", "1", "--concurrency", "256");
        Assert.True(rest.ExitCode == 0, rest.Error);
        Assert.True(File.Exists(Path.Combine(folder, "trials.parquet")));
    }
}
