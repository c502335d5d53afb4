using System.Text.Json;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>
/// Files as lm-evaluation-harness writes them (<c>samples_TASK_DATE.jsonl</c>, its commit 4e7e0d4): a line per problem and filter,
/// responses in lists per request and repetition. The problems are our own.
/// </summary>
public sealed class LmEvalSamplesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Grade_TwoFiltersOfGsm8k_GradesEachResponseOnceByTheFinalNumber()
    {
        string file = Write("samples_gsm8k_cot_2026-01-21T03-44-18.458309.jsonl",
        [
            Line(0, "6 + 6 = 12.\n#### 12", [["So there are 12."]], "strict-match"),
            Line(1, "#### 1,200", [["<think>not 7</think>The answer is 1200."]], "strict-match"),
            Line(2, "#### 5", [["The answer is 6."]], "strict-match"),
            Line(0, "6 + 6 = 12.\n#### 12", [["So there are 12."]], "flexible-extract"),
            Line(1, "#### 1,200", [["<think>not 7</think>The answer is 1200."]], "flexible-extract"),
            Line(2, "#### 5", [["The answer is 6."]], "flexible-extract"),
        ]);
        CommandRun run = await CommandRun.OfAsync("datasets", "grade", file);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([("0", true), ("1", true), ("2", false)], Grades(run));
        Assert.Contains("3 responses, 2 right, 0 without a readable answer", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grade_Repetitions_HaveTheirNumbersInTheId()
    {
        string file = Write("repeats.jsonl", [Line(7, "(B)", [["The answer is (B).", "(A) is the answer.", "B"]], "none")]);
        CommandRun run = await CommandRun.OfAsync("datasets", "grade", "--benchmark", "bbh", file);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([("7/0", true), ("7/1", false), ("7/2", true)], Grades(run));
    }

    [Fact]
    public async Task Grade_ArcWithItsChoices_ReadsAChoicesOwnText()
    {
        string line = JsonSerializer.Serialize(new
        {
            doc_id = 3,
            doc = new { choices = new { text = (string[])["a warm lake", "a cold river"], label = (string[])["1", "2"] } },
            target = "B",
            resps = (string[][])[["The answer is a cold river."]],
        });
        CommandRun run = await CommandRun.OfAsync("datasets", "grade", Write("samples_arc_challenge_chat_2026.jsonl", [line]));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([("3", true)], Grades(run));
    }

    [Fact]
    public async Task Grade_LikelihoodsOrAnUnknownTask_IsOneSentence()
    {
        string likelihoods = JsonSerializer.Serialize(
            new { doc_id = 0, target = "1", resps = (string[][][])[[["-1.5", "False"]], [["-0.5", "True"]]] });
        CommandRun run = await CommandRun.OfAsync("datasets", "grade", Write("samples_arc_easy_2026.jsonl", [likelihoods]));
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("Line 1, field 'resps' has no generated text", run.Error, StringComparison.Ordinal);
        CommandRun unknown = await CommandRun.OfAsync("datasets", "grade", Write("samples_hellaswag_2026.jsonl", [likelihoods]));
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("give --benchmark with one of aime, gsm8k", unknown.Error, StringComparison.Ordinal);
        CommandRun noNumber = await CommandRun.OfAsync(
            "datasets", "grade", Write("samples_gsm8k_2026.jsonl", [Line(0, "x + 1", [["2"]], "none")]));
        Assert.Equal(2, noNumber.ExitCode);
        Assert.StartsWith("Line 1, field 'target' is not an answer of kind Number", noNumber.Error, StringComparison.Ordinal);
        CommandRun incomplete = await CommandRun.OfAsync(
            "datasets", "grade", Write("samples_gsm8k_2026.jsonl", ["""{"doc_id": 0, "resps": [["18"]]}"""]));
        Assert.Equal(2, incomplete.ExitCode);
        Assert.StartsWith("Line 1, field 'target' is missing", incomplete.Error, StringComparison.Ordinal);
    }

    private static string Line(int id, string target, string[][] resps, string filter) => JsonSerializer.Serialize(new
    {
        doc_id = id,
        doc = new { },
        target,
        arguments = new { gen_args_0 = new { arg_0 = "", arg_1 = new { until = (string[])["\n\n"], max_gen_toks = 512 } } },
        resps,
        filtered_resps = (string[])[resps[0][0]],
        filter,
        metrics = (string[])["exact_match"],
        exact_match = 0.0,
    });

    private static IEnumerable<(string? Id, bool Correct)> Grades(CommandRun run) =>
        from line in run.Output.Trim().Split('\n')
        let grade = JsonDocument.Parse(line).RootElement
        select (grade.GetProperty("id").GetString(), grade.GetProperty("correct").GetBoolean());

    private string Write(string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
