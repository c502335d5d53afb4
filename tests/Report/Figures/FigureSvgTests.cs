using System.Globalization;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Report.Figures;

/// <summary>
/// Figures of real small runs keep the rules of a journal: type of at least 8 points, nothing outside the frame, no label on another, a
/// legend of at most 15 % of the height, and small PDF files.
/// </summary>
public sealed class FigureSvgTests : IDisposable
{
    private const string LongName = "a-task-whose-name-has-forty-characters-x";
    private const int LargestPdf = 60_000;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("column", "log")]
    [InlineData("page", "linear")]
    public async Task Figures_AllTasks_KeepTheRules(string width, string axis) =>
        await AssertRulesAsync(width, axis, "--items", "12", "--runs", "1", "--latency-items", "3");

    [Fact]
    public async Task Figures_OneTask_KeepTheRules() => await AssertRulesAsync(
        "column", "log", "--items", "30", "--runs", "1", "--latency-items", "3", "--datasets", "gsm8k");

    [Fact]
    public async Task Figures_FallingAccuracy_MarkThePeak()
    {
        string folder = await AssertRulesAsync(
            "column", "log", "--items", "120", "--runs", "1", "--latency-items", "3", "--datasets", "gsm8k,bbh", "--truth",
            Repository.File("docs/examples/falling.json"));
        FigurePage page = FigurePage.Read(Path.Combine(folder, "fig2.svg"));
        Assert.Contains(page.Texts, text => text.Text == "peak");
        Assert.Contains("ring: the peak", File.ReadAllText(Path.Combine(folder, "fig2.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_LongTaskName_KeepTheRules()
    {
        string file = Path.Combine(_root, "own.jsonl");
        File.WriteAllLines(file, Enumerable.Range(0, 8).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\": \"p{i}\", \"prompt\": \"What is {i} + 1?\", \"gold\": \"{i + 1}\", \"kind\": \"number\"}}")));
        string folder = await AssertRulesAsync(
            "column", "log", "--items", "8", "--runs", "1", "--latency-items", "3", "--datasets", "gsm8k,arc", "--task",
            $"{LongName}={file}");
        Assert.Contains(FigurePage.Read(Path.Combine(folder, "fig2.svg")).Texts, text => text.Text == LongName);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 0)]
    public async Task Figures_AllAnswersAlike_KeepIntervalsInTheFrame(double floor, double gain)
    {
        string truth = Path.Combine(_root, "truth.json");
        string shape = string.Create(
            CultureInfo.InvariantCulture, $"{{\"shape\": \"exponential\", \"a\": {gain}, \"b\": 0.01, \"d\": {floor}}}");
        await File.WriteAllTextAsync(
            truth, $"{{\"tasks\": {{\"gsm8k\": {shape}, \"arc\": {shape}}}}}", TestContext.Current.CancellationToken);
        string folder = await AssertRulesAsync(
            "column", "log", "--items", "12", "--runs", "1", "--latency-items", "3", "--datasets", "gsm8k,arc", "--truth", truth);
        string[][] rows = [.. File.ReadAllLines(Path.Combine(folder, "fig2.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.NotEmpty(rows);
        foreach (string[] row in rows.Where(row => row[1] == "measured"))
        {
            (double low, double high) = (Real(row[4]), Real(row[5]));
            Assert.InRange(low, 0, 1);
            Assert.InRange(high, 0, 1);
            Assert.True(high > low, "An interval of answers that are all alike has a width too.");
        }
    }

    private async Task<string> AssertRulesAsync(string width, string axis, params string[] run)
    {
        string runs = Path.Combine(_root, "runs");
        CommandRun measured = await CommandRun.OfAsync(["run", "--out", runs, .. run]);
        Assert.True(measured.ExitCode is 0, measured.Error);
        string folder = Assert.Single(Directory.GetDirectories(runs));
        CommandRun drawn = await CommandRun.OfAsync("figures", folder, "--width", width, "--budget-axis", axis);
        Assert.True(drawn.ExitCode == 0, drawn.Error);
        string figures = Path.Combine(folder, "figures");
        string[] svgs = Directory.GetFiles(figures, "*.svg");
        Assert.Equal(8, svgs.Length);
        foreach (string svg in svgs)
        {
            FigurePage page = FigurePage.Read(svg);
            string name = Path.GetFileNameWithoutExtension(svg);
            Assert.Equal(width == "page" ? 515.52f : 252f, page.Width, 0.01);
            string[] faults = [.. page.Faults()];
            Assert.True(faults.Length == 0, $"{name}: {string.Join("\n", faults)}");
            Assert.True(page.LegendShare <= 0.15 + (8 / page.Height), $"{name}: the legend takes {page.LegendShare:0.00} of the height.");
            Assert.Contains(page.Texts, text => text.Text.Contains("simulated", StringComparison.Ordinal));
            Assert.InRange(new FileInfo(Path.ChangeExtension(svg, ".pdf")).Length, 1_000, LargestPdf);
            foreach (string ending in (string[])[".csv", ".txt", ".tex", ".png"])
                Assert.True(new FileInfo(Path.ChangeExtension(svg, ending)).Length > 50, name + ending);
            foreach (string child in (string[])["title", "desc"])
                Assert.Contains(page.Root.Elements(), element => element.Name.LocalName == child && element.Value.Length > 10);
        }

        return figures;
    }

    private static double Real(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
