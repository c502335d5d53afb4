using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Report.Page;

/// <summary>The page of a small real run, as it is written and as Chromium shows it.</summary>
public sealed partial class PageTests(PageRun run) : IClassFixture<PageRun>
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_OfARun_AnswersFirstAndNeedsNothingElse()
    {
        string html = await File.ReadAllTextAsync(run.Path, Cancelled);
        string first = WebUtility.HtmlDecode(html[..html.IndexOf("<nav", StringComparison.Ordinal)]);
        Assert.Contains("Thinking tokens per query: GSM8K ", first, StringComparison.Ordinal);
        Assert.Matches(@"over the best uniform budget \([\d,]+ tokens\)", first);
        Assert.Contains("interval ", first, StringComparison.Ordinal);
        Assert.Contains("Simulated:", first, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>none", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?:src|href)=\"(?!#)|url\\((?!#|data:)|@import", html);
        Assert.DoesNotContain("{{", Script().Replace(html, ""), StringComparison.Ordinal);

        // The page is made from the folder alone, the same again; figures do not write it.
        string folder = System.IO.Path.GetDirectoryName(run.Path)!;
        File.Delete(run.Path);
        Assert.Equal(0, (await CommandRun.OfAsync("figures", folder)).ExitCode);
        Assert.False(File.Exists(run.Path));
        CommandRun report = await CommandRun.OfAsync("report", folder);
        Assert.Equal((0, run.Path), (report.ExitCode, report.Output.Trim()));
        Assert.Equal(html, await File.ReadAllTextAsync(run.Path, Cancelled));
    }

    [Fact]
    public async Task Page_InChromium_SolvesAndRestoresItsState()
    {
        Chromium plain = await Chromium.OpenAsync(new Uri(run.Path).AbsoluteUri, Path.Combine(run.Root, "a"));
        Assert.Empty(plain.ConsoleMessages);
        Match utilization = Regex.Match(await File.ReadAllTextAsync(run.Path, Cancelled), @"utilization (0\.\d+)");
        double measured = double.Parse(utilization.Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(Shown(plain, "Utilization"), measured - 0.001, measured + 0.001);

        string state = "#rate=0.37&weight=12&shares=1,2,1&budgets=64,16,128";
        Chromium asked = await Chromium.OpenAsync(new Uri(run.Path).AbsoluteUri + state, Path.Combine(run.Root, "b"));
        Assert.Empty(asked.ConsoleMessages);
        Assert.Contains(">0.37/s</output>", asked.Document, StringComparison.Ordinal);
        Assert.Contains(">12 s</output>", asked.Document, StringComparison.Ordinal);
        foreach (string shown in (string[])["25.0 %", "50.0 %", "64", "16", "128"])
            Assert.Contains($">{shown}</output>", asked.Document, StringComparison.Ordinal);
        Assert.NotEqual(Shown(plain, "Utilization"), Shown(asked, "Utilization"));

        Chromium unstable = await Chromium.OpenAsync(
            new Uri(run.Path).AbsoluteUri + "#rate=1000&weight=12&shares=1,1,1", Path.Combine(run.Root, "c"));
        Assert.Empty(unstable.ConsoleMessages);
        Assert.Contains("Nothing is stable at this arrival rate", unstable.Document, StringComparison.Ordinal);
    }

    /// <summary>Real key presses move a slider and take it back, a drag moves a budget, and only the file is asked for.</summary>
    [Theory]
    [InlineData(1200)]
    [InlineData(390)]
    public async Task Page_KeysAndMouse_MoveSlidersAndBudgets(int width)
    {
        string address = new Uri(run.Path).AbsoluteUri;
        await using ChromiumSession page = await ChromiumSession.OpenAsync(address, Path.Combine(run.Root, $"keys{width}"), width, 900);
        await TabToAsync(page, "ask-arrival");
        string measured = await page.EvaluateAsync("document.activeElement.getAttribute('aria-valuetext')");
        for (int press = 0; press < 3; press++)
            await page.PressAsync("ArrowRight", 39);
        Assert.StartsWith("#rate=", await HashAsync(page, hash => hash.Length > 0), StringComparison.Ordinal);
        Assert.NotEqual(measured, await page.EvaluateAsync("document.activeElement.getAttribute('aria-valuetext')"));
        Assert.InRange(
            double.Parse(await page.EvaluateAsync("document.getElementById('ask').dataset.ms"), CultureInfo.InvariantCulture), 0, 500);

        // Back to the run, by the keyboard too.
        await page.EvaluateAsync("document.activeElement.blur()");
        await TabToAsync(page, "ask-back");
        await page.PressAsync("Enter", 13);
        Assert.Equal("", await HashAsync(page, hash => hash.Length == 0));

        string[] ring = (await page.EvaluateAsync(
            "(r => { r.scrollIntoView({ block: 'center' }); const b = r.getBoundingClientRect();"
                + " return [b.x + b.width / 2, b.y + b.height / 2]; })"
                + "(document.querySelectorAll('.handle')[0])")).Split(',');
        (double x, double y) = (double.Parse(ring[0], CultureInfo.InvariantCulture), double.Parse(ring[1], CultureInfo.InvariantCulture));
        await page.DragAsync((x, y), (x - 60, y + 10));
        Assert.Contains("budgets=", await HashAsync(page, hash => hash.Length > 0), StringComparison.Ordinal);
        Assert.Empty(page.Faults);
        Assert.DoesNotContain(
            page.Requests, request => request != address && !request.StartsWith("data:", StringComparison.Ordinal));
        Assert.Contains(address, page.Requests);
    }

    /// <summary>The page's fragment, which follows an input a little later; for at most ten seconds.</summary>
    private static async Task<string> HashAsync(ChromiumSession page, Predicate<string> isThere)
    {
        string hash = await page.EvaluateAsync("location.hash");
        for (int look = 0; look < 200 && !isThere(hash); look++)
        {
            await Task.Delay(50, Cancelled);
            hash = await page.EvaluateAsync("location.hash");
        }

        return hash;
    }

    private static async Task TabToAsync(ChromiumSession page, string id)
    {
        for (int tab = 0; tab < 200; tab++)
        {
            await page.PressAsync("Tab", 9);
            if ((await page.EvaluateAsync("document.activeElement.id")).StartsWith(id, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"200 presses of Tab never reached {id}.");
    }

    /// <summary>A share among the numbers that follow the sliders.</summary>
    private static double Shown(Chromium page, string name)
    {
        Match match = Regex.Match(page.Document, $@"<small>{name}</small><b>([\d.]+) %</b>");
        Assert.True(match.Success, name);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) / 100;
    }

    [GeneratedRegex("<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Script();
}

/// <summary>A small real run on the embedded endpoint, whose label and note hold HTML.</summary>
public sealed class PageRun : IAsyncLifetime
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("calibration-").FullName;

    /// <summary>Its report.html.</summary>
    internal string Path { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string runs = System.IO.Path.Combine(Root, "runs");
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "40", "--runs", "1", "--datasets", "gsm8k,arc,bbh", "--latency-items", "3", "--label",
            "<script>alert(1)</script>", "--note", "gpu=<i>none</i>", "--out", runs);
        Assert.True(run.ExitCode == 0, run.Error);
        Path = System.IO.Path.Combine(Assert.Single(Directory.GetDirectories(runs)), "report.html");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}
