using System.Text;
using System.Text.Json;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Harness.Servers;
using Calibration.Tests.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Models;

/// <summary>How a model thinks is found by what its tokenizer and template do.</summary>
[Collection("llama.cpp")]
public sealed class ProfileTests
{
    private const string Thinker = "thinker/thinker-qwen3.gguf";
    private const string Turns =
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{{ "
            + "'<|im_start|>assistant\n' }}";

    [Theory]
    [InlineData("llama.cpp-b11669/05-apply-template.http", true)]
    [InlineData("llama.cpp-b11669/06-apply-template-no-thinking.http", false)]
    public void Render_Qwen3Locally_IsWhatTheServerRendered(string file, bool thinking)
    {
        Recording recording = Recording.Of(file);
        string message = recording.Request.GetProperty("messages")[0].GetProperty("content").GetString()!;
        string rendered = JsonDocument.Parse(Encoding.UTF8.GetString(recording.Body)).RootElement.GetProperty("prompt").GetString()!;
        Assert.Equal(rendered, ChatPrompt.RenderQwen3(message, thinking));
    }

    /// <summary>Templates as model families have them, with this model's tokens: each gives the prompts that Qwen3's own gives.</summary>
    [Theory]
    [InlineData("deepseek-r1", "<think>\n")]
    [InlineData("deepseek-r1", "<think>")]
    [InlineData("qwen3", "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% else %}<think>\n{% "
        + "endif %}")]
    [InlineData("qwen3", "{% if thinking is defined and thinking %}<think>{% else %}<think>\n\n</think>\n\n{% endif %}")]
    public async Task Measure_OtherTemplates_AreRecognisedAndPromptTheSame(string profile, string thinking)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await WithTemplateAsync(task, Turns + thinking);
        MeasuredRun run = await MeasuredRun.OfAsync(server.Api, [.. Arguments(task, "cap"), "--budgets", "0,64"]);
        Assert.Equal(profile, run.Manifest.Profile.GetProperty("name").GetString());

        // Qwen3's own template gives the same prompts to this model, in which the thinking is not open yet.
        await using LlamaServer own = await LlamaServer.StartAsync(Thinker, 1, 1024);
        MeasuredRun reference = await MeasuredRun.OfAsync(own.Api, [.. Arguments(task, "cap"), "--budgets", "0,64"]);
        Assert.Equal("qwen3", reference.Manifest.Profile.GetProperty("name").GetString());
        Assert.Equal(Responses(reference), Responses(run));
        Assert.Equal(reference.Traces.Select(trace => trace.PromptTokens), run.Traces.Select(trace => trace.PromptTokens));
    }

    [Fact]
    public async Task Detect_SystemMessageThatNamesTheDelimiters_IsNotANoThinkingForm()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await WithTemplateAsync(
            task, "<|im_start|>system\nThink between <think> and </think>.<|im_end|>\n" + Turns + "<think>\n");
        using EndpointClient client = TestClient.Open(server.Api);
        Assert.Equal("deepseek-r1", (await OpenAsync(client)).Profile.Name);
    }

    [Fact]
    public async Task Detect_TemplateThatClosesWhatItOpens_IsRefused()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await WithTemplateAsync(task, Turns + "<think>\n\n</think>\n\n");
        using EndpointClient client = TestClient.Open(server.Api);
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => OpenAsync(client));
        Assert.Contains("ends thinking even when thinking is requested", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>DeepSeek's and Llama's tokenizers begin every text with a token; llama.cpp cuts the template's own off.</summary>
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Render_TemplateWithABeginning_HasItOnce(string addedByTheTokenizer)
    {
        const int Beginning = 151_643;
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await WithTemplateAsync(
            task, "{{ bos_token }}" + Turns + "<think>\n", "--override-kv", $"tokenizer.ggml.add_bos_token=bool:"
                + $"{addedByTheTokenizer},tokenizer.ggml.bos_token_id=int:{Beginning}");
        using EndpointClient client = TestClient.Open(server.Api);
        TokenIdForcing forcing = await OpenAsync(client);
        int[] prompt = await ChatPrompt.RenderAsync(forcing.Server, "Hi", thinking: true, TestContext.Current.CancellationToken);
        Assert.Equal(Beginning, prompt[0]);
        Assert.Equal(0, Array.LastIndexOf(prompt, Beginning));
        int[] text = await forcing.TokensOfAsync("Hello", TestContext.Current.CancellationToken);
        Assert.Equal([9707], text);
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

    private static async Task<LlamaServer> WithTemplateAsync(OwnTask task, string template, params string[] arguments)
    {
        string file = Path.Combine(Path.GetDirectoryName(task.Path)!, "template.jinja");
        await File.WriteAllTextAsync(file, template, TestContext.Current.CancellationToken);
        return await LlamaServer.StartAsync(Thinker, 1, 1024, ["--jinja", "--chat-template-file", file, .. arguments]);
    }

    private static Task<TokenIdForcing> OpenAsync(EndpointClient client) =>
        TokenIdForcing.OpenAsync(client, new ForcingOptions { PromptFormat = PromptFormat.TokenIds },
            TestContext.Current.CancellationToken);

    private static string[] Arguments(OwnTask task, string semantics) =>
        ["--task", $"own={task.Path}", "--runs", "1", "--semantics", semantics, "--temperature", "0", "--concurrency", "1",
            "--latency-items", "2"];

    private static IEnumerable<(int, int, string)> Responses(MeasuredRun run) =>
        run.Trials.Select((Trial trial) => (trial.BudgetTokens, trial.ThinkingTokens, trial.Response));
}
