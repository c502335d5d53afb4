using System.Text;
using System.Text.Json;
using Calibration.Harness;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Harness;

/// <summary>How a model thinks is found by what its tokenizer and template do.</summary>
[Collection("llama.cpp")]
public sealed class ProfileTests
{
    private const string Thinker = "thinker/thinker-qwen3.gguf";

    [Theory]
    [InlineData("llama.cpp-b11669/05-apply-template.http", true)]
    [InlineData("llama.cpp-b11669/06-apply-template-no-thinking.http", false)]
    public void Render_Qwen3Locally_IsWhatTheServerRendered(string file, bool thinking)
    {
        Recording recording = Recording.Of(file);
        string message = recording.Request.GetProperty("messages")[0].GetProperty("content").GetString()!;
        string rendered = JsonDocument.Parse(Encoding.UTF8.GetString(recording.Body)).RootElement.GetProperty("prompt").GetString()!;
        Assert.Equal(rendered, Qwen3Template.Render(message, thinking));
    }

    [Theory]
    [InlineData("{{ '<|im_start|>assistant\n<think>\n' }}")]
    [InlineData("{{ '<|im_start|>assistant\n<think>' }}")]
    public async Task Measure_TemplateThatAlwaysThinks_IsDeepSeeksProfile(string assistant)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        string template = Path.Combine(Path.GetDirectoryName(task.Path)!, "r1.jinja");
        await File.WriteAllTextAsync(
            template, "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" + assistant, TestContext.Current.CancellationToken);
        await using LlamaServer server = await LlamaServer.StartAsync(Thinker, 1, 1024, "--jinja", "--chat-template-file", template);
        MeasuredRun run = await MeasuredRun.OfAsync(server.Api, [.. Arguments(task, "cap"), "--budgets", "0,64"]);
        Assert.Equal("deepseek-r1", run.Manifest.Profile.GetProperty("name").GetString());

        // Qwen3's own template gives the same prompts to this model, in which the thinking is not open yet.
        await using LlamaServer own = await LlamaServer.StartAsync(Thinker, 1, 1024);
        MeasuredRun reference = await MeasuredRun.OfAsync(own.Api, [.. Arguments(task, "cap"), "--budgets", "0,64"]);
        Assert.Equal("qwen3", reference.Manifest.Profile.GetProperty("name").GetString());
        Assert.Equal(Responses(reference), Responses(run));
    }

    [Theory]
    [InlineData("cap")]
    [InlineData("exact")]
    public async Task Measure_CloseAsText_CountsTheSameTokens(string semantics)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync(Thinker, 1, 1024);
        string[] arguments = [.. Arguments(task, semantics), "--budgets", "0,7,48"];
        MeasuredRun tokens = await MeasuredRun.OfAsync(server.Api, arguments);
        MeasuredRun text = await MeasuredRun.OfAsync(server.Api, [.. arguments, "--profile", "plain-text"]);
        Assert.Equal("plain-text", text.Manifest.Profile.GetProperty("name").GetString());
        Assert.Contains(tokens.Traces, trace => trace.ClosedByModel || !trace.CuePositions.IsEmpty);
        Assert.All(text.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        foreach ((Trace one, Trace other) in tokens.Traces.Zip(text.Traces))
        {
            // With tokens the close is masked after two cues; as text it cannot be.
            int same = one.MaskedFrom ?? one.TokenIds.Length;
            Assert.Equal(one.TokenIds.Take(same), other.TokenIds.Take(same));
            Assert.Equal(one.ClosedByModel, other.ClosedByModel);
        }
    }

    private static string[] Arguments(OwnTask task, string semantics) =>
        ["--task", $"own={task.Path}", "--runs", "1", "--semantics", semantics, "--temperature", "0", "--concurrency", "1", "--latency-items", "2"];

    private static IEnumerable<(int, int, string)> Responses(MeasuredRun run) =>
        run.Trials.Select((Trial trial) => (trial.BudgetTokens, trial.ThinkingTokens, trial.Response));
}
