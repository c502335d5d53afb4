using System.Text.Json;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Endpoint.Model;
using Calibration.Harness.Models;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Harness.Models;

/// <summary>A profile of one's own, from a file.</summary>
public sealed class ProfileFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Measure_ProfileFile_IsWhatTheModelIsAskedBy()
    {
        string file = Write(
            """{"name": "mine-1.0", "open": "<think>\n", "close_token": "</think>", "continuation_cue": "Hold on", "no_thinking": "<think>\n\n</think>\n\n", "turn_ends": ["<|im_end|>"]}""");
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = Benchmarks.Find("gsm8k")!.Load(SampleProblems.Path).Problems },
                TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(
            endpoint.BaseAddress, "--samples", "--profile", file, "--datasets", "gsm8k", "--items", "6", "--runs", "1", "--budgets",
            "0,16,1024", "--latency-items", "2");
        Assert.All(run.Trials, trial => Assert.Equal((true, trial.BudgetTokens), (trial.IsUsable, trial.ThinkingTokens)));
        JsonElement stored = run.Manifest.Profile;
        Assert.Equal(("mine-1.0", "Hold on"), (stored.GetProperty("name").GetString(), stored.GetProperty("continuation_cue").GetString()));
        (Trace trace, int cue) = run.Traces.Where(trace => !trace.CuePositions.IsEmpty).Select(trace => (trace, trace.CuePositions[0]))
            .First();
        Assert.Equal("Hold on", ByteTokenizer.Decode(trace.TokenIds.AsSpan(cue, "Hold on".Length)));

        // What the manifest stores is itself a profile.
        (ModelProfile? again, _) = ProfileFile.Read(stored.GetRawText());
        Assert.Equal(JsonSerializer.Serialize(stored, ResultsJson.Line), JsonSerializer.Serialize(again, ResultsJson.Line));
    }

    [Theory]
    [InlineData("not JSON", "{\"name\"")]
    [InlineData("not JSON", """{"name": "a", "name": "b", "open": "[", "close_token": "]"}""")]
    [InlineData("not a JSON object", "[]")]
    [InlineData("no name", """{"open": "[T]", "close_token": "[/T]"}""")]
    [InlineData("no open", """{"name": "mine", "close_token": "[/T]"}""")]
    [InlineData("no close_token", """{"name": "mine", "open": "[T]"}""")]
    [InlineData("an unknown field close;", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "close": "x"}""")]
    [InlineData("Its open is 3", """{"name": "mine", "open": 3, "close_token": "[/T]"}""")]
    [InlineData("Its no_thinking is null", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "no_thinking": null}""")]
    [InlineData("Its delimiters_are_text is \"yes\"",
        """{"name": "mine", "open": "[T]", "close_token": "[/T]", "delimiters_are_text": "yes"}""")]
    [InlineData("give a list of texts", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "turn_ends": "</s>"}""")]
    [InlineData("letters, digits", """{"name": "my own", "open": "[T]", "close_token": "[/T]"}""")]
    [InlineData("a built-in profile", """{"name": "qwen3", "open": "[T]", "close_token": "[/T]"}""")]
    [InlineData("Its open is empty", """{"name": "mine", "open": "", "close_token": "[/T]"}""")]
    [InlineData("Its close_token is empty", """{"name": "mine", "open": "[T]", "close_token": ""}""")]
    [InlineData("end before it begins", """{"name": "mine", "open": "[T][/T]", "close_token": "[/T]"}""")]
    [InlineData("Its continuation_cue is empty", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "continuation_cue": " "}""")]
    [InlineData("it would end the thinking",
        """{"name": "mine", "open": "[T]", "close_token": "[/T]", "continuation_cue": "no [/T] yet"}""")]
    [InlineData("does not end it", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "no_thinking": "[T]\n"}""")]
    [InlineData("turn_ends are empty", """{"name": "mine", "open": "[T]", "close_token": "[/T]", "turn_ends": []}""")]
    public void Read_Fault_IsOneSentence(string expected, string json)
    {
        (ModelProfile? profile, var faults) = ProfileFile.Read(json);
        Assert.Null(profile);
        Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ExampleOfTheDocumentation_IsAProfile()
    {
        string text = File.ReadAllText(Repository.File("docs/servers.md"));
        (ModelProfile? profile, _) = ProfileFile.Read(text.Split("```json")[1].Split("```")[0]);
        Assert.Equal(("[THINK]", "[/THINK]", ""), (profile?.Open, profile?.CloseToken, profile?.NoThinking));
    }

    [Fact]
    public async Task Run_FileWithTwoFaults_NamesBothAndMeasuresNothing()
    {
        string file = Write("""{"open": "[T]", "close_token": 1}""");
        string runs = Path.Combine(_root, "runs");
        CommandRun run = await CommandRun.OfAsync("run", "--profile", file, "--datasets", "arc", "--out", runs);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, run.Error.Trim().Split('\n').Length);
        Assert.Contains($"The profile {file}: It has no name, which every profile needs.", run.Error, StringComparison.Ordinal);
        Assert.Contains($"The profile {file}: Its close_token is 1: give a text in quotes.", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(runs));
    }

    [Fact]
    public async Task Run_UnknownProfile_NamesTheKnownOnes()
    {
        CommandRun run = await CommandRun.OfAsync("run", "--profile", "llama", "--datasets", "arc", "--out", Path.Combine(_root, "runs"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("one of qwen3, deepseek-r1, plain-text, or a JSON file that exists", run.Error, StringComparison.Ordinal);
    }

    private string Write(string json)
    {
        string file = Path.Combine(_root, "profile.json");
        File.WriteAllText(file, json);
        return file;
    }
}
