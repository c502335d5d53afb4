using System.Globalization;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Report.Figures;

/// <summary>The paper's Table I as a workload gives the paper's own Fig. 3 and Fig. 4.</summary>
public sealed class PaperFigureTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Figures_PapersTable_GiveThePapersValues()
    {
        CommandRun run = await CommandRun.OfAsync("figures", "--workload", Repository.File("results/paper/table1.csv"), "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string[][] bars = Rows("fig3.csv");
        Assert.Equal(
            ["Uniform", "Uniform", "Uniform", "BestUniform", "Optimal"], bars.Select(row => row[0]));
        double[] expected = [5.83, 8.24, 1.79, 9.75];
        string[][] named = [bars[0], bars[1], bars[2], bars[4]];
        Assert.All(named.Zip(expected), pair => Assert.Equal(pair.Second, Real(pair.First[2]), 0.006));
        Assert.InRange(Real(bars[3][2]), Real(bars[1][2]), Real(bars[4][2]));
        string[][] sweep = Rows("fig4.csv");
        Assert.All(sweep, row => Assert.Equal("GSM8K", row[0]));
        Assert.Equal(340, Real(sweep.MaxBy(row => Real(row[2]))![1]), 10.0);
        Assert.Equal((0, 1_000), (Real(sweep[0][1]), Real(sweep[^1][1])));
        string[][] simulated = [.. sweep.Where(row => row[4].Length > 0)];
        Assert.Equal(21, simulated.Length);

        // Of 21 intervals of 95 %, 17 or more hold the formula's J but for 3 in 10,000 right simulations.
        Assert.InRange(simulated.Count(row => Real(row[5]) <= Real(row[2]) && Real(row[2]) <= Real(row[6])), 17, 21);
        Assert.Empty(Directory.GetFiles(_root, "*.svg").SelectMany(svg => FigurePage.Read(svg).Faults()));
    }

    [Fact]
    public async Task Figures_OtherPoliciesAndTask_AreDrawn()
    {
        CommandRun run = await CommandRun.OfAsync(
            "figures", "--workload", Repository.File("results/paper/table1.csv"), "--out", _root, "--policies", "50,20000,optimal",
            "--sweep-task", "bbh", "--tasks", "BBH,GSM8K");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(["50", "20000", ""], Rows("fig3.csv").Select(row => row[1]));
        Assert.Equal("unstable", Rows("fig3.csv")[1][2]);
        Assert.Contains(FigurePage.Read(Path.Combine(_root, "fig3.svg")).Texts, text => text.Text == "unstable");
        Assert.Equal("BBH", Rows("fig4.csv")[0][0]);
        Assert.StartsWith(
            "accuracy_weight_s,GSM8K_budget_tokens,BBH_budget_tokens\n", File.ReadAllText(Path.Combine(_root, "budgets-alpha.csv")),
            StringComparison.Ordinal);
    }

    /// <summary>Cyrillic is not in the subset: the full font is embedded, so that the name is drawn and stays text.</summary>
    [Fact]
    public async Task Figures_NameOutsideTheSubset_GetTheFullFont()
    {
        const string Name = "Арифметика";
        string file = Path.Combine(_root, "workload.csv");
        File.WriteAllLines(file, ["task,probability,A,b,D,t0_s,c_s_per_token", $"{Name},1,0.5,0.01,0.2,0.1,0.01"]);
        CommandRun run = await CommandRun.OfAsync("figures", "--workload", file, "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string svg = Path.Combine(_root, "budgets-alpha.svg");
        Assert.Contains(FigurePage.Read(svg).Texts, text => text.Text == Name);
        Assert.Empty(FigurePage.Read(svg).Faults());
        long full = new FileInfo(Path.ChangeExtension(svg, ".pdf")).Length;
        long subset = new FileInfo(Path.Combine(_root, "fig3.pdf")).Length;
        Assert.True(full > 300_000 && subset < 60_000, $"{full} and {subset} bytes");
    }

    [Theory]
    [InlineData("--width", "wide")]
    [InlineData("--budget-axis", "square")]
    [InlineData("--tasks", "none")]
    [InlineData("--sweep-task", "none")]
    [InlineData("--policies", "some")]
    public async Task Figures_WrongOption_IsNamed(string option, string value)
    {
        CommandRun run = await CommandRun.OfAsync(
            "figures", "--workload", Repository.File("results/paper/table1.csv"), "--out", _root, option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    private string[][] Rows(string file) =>
        [.. File.ReadAllLines(Path.Combine(_root, file)).Skip(1).Select(line => line.Split(','))];

    private static double Real(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
