using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Report.Tables;

/// <summary>What is written for a paper compiles in IEEE's class, in one and in two columns, without an overfull box.</summary>
public sealed class LatexTests : IDisposable
{
    private const string LongName = "a-task-whose-name-has-forty-characters-x";

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Files_OfARun_CompileWithoutAnOverfullBox()
    {
        Assert.SkipUnless(
            await HasLatexAsync(),
            "pdflatex with IEEEtran and booktabs is not installed (Debian: texlive-latex-recommended, texlive-publishers, "
                + "texlive-fonts-recommended).");
        string own = Path.Combine(_root, "own.jsonl");
        File.WriteAllLines(own, Enumerable.Range(0, 8).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\": \"p{i}\", \"prompt\": \"What is {i} + 1?\", \"gold\": \"{i + 1}\", \"kind\": \"number\"}}")));
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "8", "--runs", "1", "--latency-items", "3", "--label", "a_model & 100 % {more}", "--task",
            $"{LongName}={own}", "--note", "gpu=A_100 #2", "--out", Path.Combine(_root, "runs"));
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "runs")));
        string figures = Path.Combine(folder, "figures");
        foreach (string file in Directory.GetFiles(figures, "*.pdf"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        string[] parts =
        [
            "table1", "table1-wide", "accuracy", "methods",
            .. Directory.GetFiles(figures, "*.tex").Order(StringComparer.Ordinal)
                .Select(file => "figures/" + Path.GetFileNameWithoutExtension(file)),
        ];
        foreach (string mode in (string[])["conference", "journal,onecolumn"])
        {
            string body = string.Join("\\clearpage\n", parts.Select(part => $"Text. \\input{{{part}}}\n"));
            await File.WriteAllTextAsync(
                Path.Combine(folder, "paper.tex"),
                $"\\documentclass[{mode}]{{IEEEtran}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage{{booktabs}}\n\\usepackage{{graphicx}}\n"
                    + $"\\begin{{document}}\n{body}\\bibliographystyle{{IEEEtran}}\n\\bibliography{{references}}\n\\end{{document}}\n",
                TestContext.Current.CancellationToken);
            (int first, string _) = await RunAsync("pdflatex", folder);
            (int cited, string references) = await RunAsync("bibtex", folder);
            await RunAsync("pdflatex", folder);
            (int code, string log) = await RunAsync("pdflatex", folder);
            string[] faults =
                [.. log.Split('\n').Where(line => line.StartsWith("Overfull", StringComparison.Ordinal) || line.StartsWith('!'))];
            Assert.True(first == 0 && code == 0 && faults.Length == 0, $"{mode}:\n{string.Join('\n', faults)}\n{Tail(log)}");
            Assert.True(cited == 0, references);
            Assert.DoesNotContain("Citation `", log, StringComparison.Ordinal);
        }
    }

    /// <summary>Table I of a run is a workload whose optimum is the run's.</summary>
    [Fact]
    public async Task Table1Csv_AsWorkload_GivesTheRunsBudgets()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "120", "--runs", "2", "--datasets", "gsm8k,bbh", "--latency-items", "4", "--out",
            Path.Combine(_root, "runs"));
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "runs")));
        CommandRun allocated = await CommandRun.OfAsync("allocate", "--workload", Path.Combine(folder, "table1.csv"), "--json");
        Assert.True(allocated.ExitCode == 0, allocated.Error);
        using JsonDocument own = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "allocation.json")));
        using JsonDocument again = JsonDocument.Parse(allocated.Output);

        // The table has no noise of service times, which moves the optimum a little.
        Assert.All(
            own.RootElement.GetProperty("tasks").EnumerateArray().Zip(again.RootElement.GetProperty("tasks").EnumerateArray()),
            pair => Assert.Equal(
                pair.First.GetProperty("budget_tokens").GetDouble(), pair.Second.GetProperty("budget_tokens").GetDouble(), 3.0));
        foreach (string file in (string[])["accuracy.csv", "accuracy.md", "accuracy.tex", "excluded.csv", "excluded.md", "methods.md"])
            Assert.True(File.Exists(Path.Combine(folder, file)), file);
        Assert.Contains("simulated", File.ReadAllText(Path.Combine(folder, "methods.md")), StringComparison.Ordinal);
        Assert.Equal(1 + (2 * 10), File.ReadAllLines(Path.Combine(folder, "accuracy.csv")).Length);
    }

    private static async Task<bool> HasLatexAsync()
    {
        try
        {
            using Process found = Process.Start(new ProcessStartInfo("kpsewhich", "IEEEtran.cls booktabs.sty IEEEtran.bst ptmr8t.tfm")
            {
                RedirectStandardOutput = true,
            })!;
            await found.WaitForExitAsync(TestContext.Current.CancellationToken);
            return found.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Log)> RunAsync(string program, string folder)
    {
        string arguments = program == "pdflatex" ? "-interaction=nonstopmode -halt-on-error paper.tex" : "paper";
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    private static string Tail(string log) => log[Math.Max(0, log.Length - 2_000)..];
}
