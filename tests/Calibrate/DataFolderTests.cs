using System.Text;
using Calibration.Datasets;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Where the verbs look for the benchmarks' files, and what they say where some are absent.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Check_SomeAbsent_ReportsAll()
    {
        Samples("gsm8k", "arc");
        CommandRun all = await CommandRun.OfAsync("datasets", "check", "--data", _root);
        Assert.Equal(0, all.ExitCode);
        Assert.Equal(6, all.Output.Trim().Split('\n').Length);
        Assert.Contains("GSM8K: 300 problems", all.Output, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN", all.Output, StringComparison.Ordinal);
        CommandRun named = await CommandRun.OfAsync("datasets", "check", "gpqa", "arc", "--data", _root);
        Assert.Equal(1, named.ExitCode);
        Assert.Contains("ARC-Challenge: 300 problems", named.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NothingThere_Fails() =>
        Assert.Equal(1, (await CommandRun.OfAsync("datasets", "check", "--data", _root)).ExitCode);

    [Fact]
    public async Task Check_EqualChoices_Reported()
    {
        Directory.CreateDirectory(Path.Combine(_root, "arc"));
        await File.WriteAllTextAsync(
            Path.Combine(_root, "arc", "test.jsonl"),
            """{"id":"twin-1","question":"Which?","choices":{"text":["red","blue","red"],"label":["A","B","C"]},"answerKey":"A"}""",
            TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("datasets", "check", "arc", "--data", _root);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 with two choices of the same text (either letter counts): twin-1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SomeAbsent_SaysWhatToDo()
    {
        Samples("gsm8k", "arc");
        CommandRun run = await CommandRun.OfAsync(
            "run", "--data", _root, "--datasets", "gsm8k,gpqa,arc", "--out", Path.Combine(_root, "runs"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'calibrate datasets pull gpqa' (it is gated", run.Error, StringComparison.Ordinal);
        Assert.Contains("--datasets gsm8k,arc", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    /// <summary>What a run does with years is in its manifest, and in the name that figures and tables show.</summary>
    [Fact]
    public async Task Run_Years_OnlyTheirProblems()
    {
        Directory.CreateDirectory(Path.Combine(_root, "aime"));
        await File.WriteAllTextAsync(
            Path.Combine(_root, "aime", "mine.jsonl"),
            string.Concat(from number in Enumerable.Range(1, 20)
                          let year = number <= 8 ? 2025 : 1990
                          select $"{{\"problem\":\"What is 7 plus {number}?\",\"answer\":\"{7 + number}\",\"year\":{year}}}\n"),
            TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--data", _root, "--datasets", "aime", "--years", "2025", "--items", "250", "--runs", "1", "--budgets", "0,16",
            "--latency-items", "2", "--out", Path.Combine(_root, "runs"));
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(Path.Combine(_root, "runs"))));
        RunManifest manifest = folder.ReadManifest();
        Assert.Equal(("AIME 2025", 8), (manifest.Tasks[0].DisplayName, manifest.Tasks[0].Items));
        Assert.Equal("2025", manifest.Settings.Problems.Years);
        CommandRun list = await CommandRun.OfAsync("datasets", "list", "--data", _root);
        Assert.Contains("20 problems in 1 file (the years 1990,2025)", list.Output, StringComparison.Ordinal);
    }

    /// <summary>Nothing is fetched: the address is one where nobody answers.</summary>
    [Fact]
    public async Task Pull_Gated_IsSaidBeforehand()
    {
        Dictionary<string, string?> before =
            ((string[])["HF_TOKEN", "HF_ENDPOINT"]).ToDictionary(name => name, Environment.GetEnvironmentVariable);
        Environment.SetEnvironmentVariable("HF_TOKEN", null);
        Environment.SetEnvironmentVariable("HF_ENDPOINT", "http://127.0.0.1:9");
        CommandRun pull = await CommandRun.OfAsync(new HurriedClock(times: 100), "datasets", "pull", "gpqa", "--data", _root);
        foreach ((string name, string? value) in before)
            Environment.SetEnvironmentVariable(name, value);
        string first = pull.Error.Split('\n')[0];
        Assert.Equal(1, pull.ExitCode);
        Assert.StartsWith("GPQA is gated, and HF_TOKEN is not set: accept its terms at https://huggingface.co/datasets/", first,
            StringComparison.Ordinal);
        Assert.EndsWith("run --datasets aime,gsm8k,cruxeval,bbh,arc", first.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regrade_RunWithItsOwnData_FindsIt()
    {
        string data = Path.Combine(_root, "data"), runs = Path.Combine(_root, "runs");
        Directory.CreateDirectory(data);
        File.Copy(Directory.GetFiles(Path.Combine(SampleProblems.Path, "gsm8k"))[0], Path.Combine(data, "test.jsonl"));
        CommandRun measured = await CommandRun.OfAsync(
            "measure",
            "--data",
            data,
            "--items",
            "3",
            "--runs",
            "1",
            "--datasets",
            "gsm8k",
            "--budgets",
            "0,16",
            "--latency-items",
            "2",
            "--out",
            runs);
        Assert.True(measured.ExitCode == 0, measured.Error);
        string folder = Assert.Single(Directory.GetDirectories(runs));
        CommandRun run = await CommandRun.OfAsync("regrade", folder);
        Assert.True(run.ExitCode == 0, run.Error);
        Directory.Move(data, data + "-moved");
        Directory.Delete(folder + "-regraded", recursive: true);
        CommandRun gone = await CommandRun.OfAsync("regrade", folder);
        Assert.Equal(2, gone.ExitCode);
        Assert.Contains("name it with --data", gone.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("regrade", folder, "--data", data + "-moved")).ExitCode);
    }

    [Fact]
    public async Task Grade_ProfileAndEncoding_AreUsed()
    {
        string profile = Path.Combine(_root, "mine.json"), responses = Path.Combine(_root, "r.jsonl");
        await File.WriteAllTextAsync(
            profile, """{"name":"mine","open":"<<begin>>","close_token":"<<end>>"}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            responses, """{"id":"a","gold":"42","response":"<<begin>>\\boxed{7}<<end>>42"}""", TestContext.Current.CancellationToken);
        CommandRun graded = await CommandRun.OfAsync("datasets", "grade", "--benchmark", "gsm8k", responses, "--profile", profile);
        Assert.Contains("\"correct\":true", graded.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            responses,
            "{\"id\":\"a\",\"gold\":\"42\",\"response\":\"caf\u00e9 42\"}",
            Encoding.Latin1,
            TestContext.Current.CancellationToken);
        CommandRun latin = await CommandRun.OfAsync("datasets", "grade", "--benchmark", "gsm8k", responses);
        Assert.Equal(2, latin.ExitCode);
        Assert.Contains("not UTF-8", latin.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_Latin1Points_Refused()
    {
        string points = Path.Combine(_root, "p.csv");
        await File.WriteAllTextAsync(
            points, "task,budget_tokens,n,correct\ncaf\u00e9,0,5,3\n", Encoding.Latin1, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("fit", "--accuracy", points);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("not UTF-8", run.Error, StringComparison.Ordinal);
    }

    private void Samples(params string[] tasks)
    {
        foreach (string task in tasks)
        {
            Directory.CreateDirectory(Path.Combine(_root, task));
            foreach (string file in Directory.GetFiles(Path.Combine(SampleProblems.Path, task)))
                File.Copy(file, Path.Combine(_root, task, Path.GetFileName(file)));
        }
    }
}
