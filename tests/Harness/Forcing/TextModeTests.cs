using System.Text;
using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Datasets;
using Calibration.Tests.Endpoint;
using Calibration.Tests.Harness.Servers;
using Calibration.Tests.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

/// <summary>On a server that is asked in text only, nothing is believed that its counts do not show.</summary>
[Collection("llama.cpp 2")]
public sealed class TextModeTests
{
    private static readonly int[] Budgets = [0, 1, 2, 7, 64, 257];

    [Fact]
    public async Task Measure_TextOfHalfCharacters_CountsByUsage()
    {
        MeasuredRun run = await MeasureAsync("llama-server/tiny-qwen3-random.gguf", "cap", "text", "1");
        Assert.Equal(3 * Budgets.Length, run.Trials.Length);
        Assert.All(run.Trials, trial =>
        {
            Assert.True(trial.IsUsable, trial.Reason);
            Assert.Equal(
                (PromptFormat.Text, CountSource.Usage, trial.BudgetTokens), (trial.PromptFormat, trial.CountSource, trial.ThinkingTokens));
        });
        Assert.All(run.Service, sample =>
        {
            Assert.Equal((TrialStatus.Ok, sample.BudgetTokens), (sample.Status, sample.ThinkingTokens));
            Assert.InRange(sample.ServerS!.Value, 0.001, sample.ServiceS);
        });
        Assert.Empty(run.Traces);
    }

    /// <summary>The early closers would be missing, and they are the easy problems: 0.25 was once printed for 0.65.</summary>
    [Theory]
    [InlineData("--semantics", "exact")]
    [InlineData]
    public async Task Measure_Exact_IsRefused(params string[] semantics)
    {
        CommandRun run = await CommandRun.OfAsync(
        [
            "measure", "--endpoint", "http://127.0.0.1:9/v1", "--samples", "--datasets", "arc", "--prompt-format", "text", .. semantics,
        ]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("give --semantics cap", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_Cap_CountsWhatTheIdsCount()
    {
        MeasuredRun text = await MeasureAsync("thinker/thinker-qwen3.gguf", "cap", "text", "0");
        MeasuredRun ids = await MeasureAsync("thinker/thinker-qwen3.gguf", "cap", "token-ids", "0");
        Assert.Equal(ids.Trials.Select(Counted), text.Trials.Select(Counted));
        Assert.Contains(text.Trials, trial => trial is { ClosedByModel: true, Status: TrialStatus.Ok });
    }

    /// <summary>
    /// A prompt of 101 tokens with close and cue, in more bytes, and an answer of 32: only a count tells what fits. The embedded endpoint's
    /// thinking of 64 tokens has four times as many when it is read again as text.
    /// </summary>
    [Fact]
    public async Task Measure_BeyondTheContext_IsNeverSent()
    {
        const int Context = 240;
        using var task = new OwnTask("What is the last digit of 4 + 5? Answer in a box.");
        var log = new ServedRequests();
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = Context, Log = log }, TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(
            endpoint.BaseAddress, "--task", $"own={task.Path}", "--budgets", "0,1,64", "--runs", "1", "--semantics", "cap",
            "--prompt-format", "text", "--latency-items", "2");
        Assert.All(
            log.All,
            served => Assert.True(served.PromptTokens + served.MaxTokens <= Context, $"{served.PromptTokens} + {served.MaxTokens}"));
        Assert.All(run.Trials, trial => Assert.Equal(trial.BudgetTokens > 1, trial.Status == TrialStatus.Failed));
        Assert.All(run.Service, sample => Assert.Equal(sample.BudgetTokens > 1, sample.Status == TrialStatus.Failed));
        Assert.Contains($"{Context} tokens", run.Trials.Single(trial => trial.BudgetTokens == 64).Reason, StringComparison.Ordinal);
    }

    /// <summary>
    /// llama.cpp cuts what does not fit in silence; the server's own count of the prompts tells before anything is measured.
    /// </summary>
    [Fact]
    public async Task Measure_PlanThatDoesNotFit_IsRefused()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 256);
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--endpoint", server.Api.ToString(), "--task", $"own={task.Path}", "--budgets", "0,16,220", "--runs", "1",
            "--semantics", "cap", "--prompt-format", "text",
            "--temperature", "0", "--concurrency", "1", "--latency-items", "2");
        Assert.Equal(2, run.ExitCode);
        Assert.Matches(
            @"^own: 3 of 3 problems do not fit the context of 256 tokens at budget 220\. The largest budget that fits every problem is \d+: lower --budgets own=…, or serve the model with a context of at least \d+ tokens\.$",
            run.Error.Trim());
    }

    /// <summary>By usage; of a close in several tokens nobody can say how many of the counted ones they are.</summary>
    [Theory]
    [InlineData(true, true, TrialStatus.Ok, CountSource.Usage, 40)]
    [InlineData(true, false, TrialStatus.Unverified, CountSource.Usage, 47)]
    [InlineData(false, true, TrialStatus.Unverified, CountSource.None, 0)]
    public async Task Measure_ServerOfNoKnownKind_BelievesWhatItsCountsShow(
        bool counts, bool closeIsOneToken, TrialStatus closed, CountSource source, int tokens)
    {
        using var task = new OwnTask("4 + 5?");
        await using ScriptedServer server = new TextOnlyShapes(counts, closeIsOneToken).Start();
        MeasuredRun run = await MeasuredRun.OfAsync(
            new Uri(server.Address, "/v1"), "--task", $"own={task.Path}", "--budgets", "0,16,64", "--runs", "1", "--semantics", "cap",
            "--prompt-format", "text", "--context", "4000", "--latency-items", "2");
        Trial[] trials = [.. run.Trials.OrderBy(trial => trial.BudgetTokens)];
        Assert.Equal((TrialStatus.Ok, true), (trials[0].Status, trials[0].Correct));
        Assert.Equal((counts ? TrialStatus.Ok : TrialStatus.Unverified, false), (trials[1].Status, trials[1].ClosedByModel));
        Assert.Equal(
            (closed, source, tokens, true), (trials[2].Status, trials[2].CountSource, trials[2].ThinkingTokens, trials[2].ClosedByModel));
    }

    [Fact]
    public async Task Measure_ServerThatDoesNotStop_IsNotEnforced()
    {
        using var task = new OwnTask("4 + 5?");
        await using ScriptedServer server = new TextOnlyShapes(counts: true, closeIsOneToken: true) { IgnoresStop = true }.Start();
        MeasuredRun run = await MeasuredRun.OfAsync(
            new Uri(server.Address, "/v1"), "--task", $"own={task.Path}", "--budgets", "16,50", "--runs", "1", "--semantics", "cap",
            "--prompt-format", "text", "--context", "4000", "--latency-items", "2");
        Assert.Equal(
            (TrialStatus.Ok, TrialStatus.BudgetNotEnforced),
            (run.Trials.Single(trial => trial.BudgetTokens == 16).Status, run.Trials.Single(trial => trial.BudgetTokens == 50).Status));
    }

    [Fact]
    public async Task Measure_ServerThatRendersNoTemplate_StatesThatQwen3sWasRenderedHere()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [] }, TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(
            endpoint.BaseAddress, "--samples", "--datasets", "arc", "--items", "4", "--runs", "1", "--budgets", "0,16", "--prompt-format",
            "text", "--semantics", "cap", "--latency-items", "2");
        Assert.Equal("qwen3-rendered-here", run.Manifest.Profile.GetProperty("name").GetString());
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
    }

    [Fact]
    public async Task Measure_TwoEndpoints_ShareTheTrials()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        var options = new EndpointOptions { Problems = [], MinServiceTime = TimeSpan.FromMilliseconds(20) };
        ServedRequests[] logs = [new(), new()];
        await using EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(
            options with { Log = logs[0] }, TestContext.Current.CancellationToken);
        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(
            options with { Log = logs[1] }, TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(
            first.BaseAddress, "--endpoint", second.BaseAddress.ToString(), "--task", $"own={task.Path}", "--budgets", "0,8,16", "--runs",
            "10",
            "--semantics", "cap", "--prompt-format", "text", "--concurrency", "2", "--latency-items", "2");
        Assert.Equal(3 * 10 * 3, run.Trials.Select(trial => trial.Key).Distinct().Count());
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        Assert.Equal(2 * 3, run.Service.Length);
        Assert.Single(run.Manifest.OtherEndpoints);
        Assert.All(logs, log => Assert.True(log.All.Count > 20));
    }

    /// <summary>What fails in the latency pass is tried once more at its end.</summary>
    [Fact]
    public async Task Measure_StreamRefusedOnce_IsTimedAtTheEnd()
    {
        using var task = new OwnTask("4 + 5?", "3 + 6?", "2 + 7?");
        int streams = 0;
        await using ScriptedServer server = new TextOnlyShapes(counts: true, closeIsOneToken: true).Start();
        await using ScriptedServer gateway = Gateway.Start(server.Address, request =>
            Encoding.UTF8.GetString(request.Body).Contains("\"stream\":true", StringComparison.Ordinal) && ++streams == 4
                ? Gateway.Refusal("not now")
                : null);
        MeasuredRun run = await MeasuredRun.OfAsync(
            new Uri(gateway.Address, "/v1"), "--task", $"own={task.Path}", "--budgets", "0,16", "--runs", "1", "--semantics", "cap",
            "--prompt-format", "text",
            "--context", "4000", "--concurrency", "1", "--latency-items", "3");
        Assert.True(streams > 4);
        Assert.Equal(3 * 2, run.Service.Length);
        Assert.All(run.Service, sample => Assert.True(sample.Status == TrialStatus.Ok, sample.Reason));
    }

    /// <summary>A template that opens the thinking itself and cannot leave it out: by text as by ids.</summary>
    [Fact]
    public async Task Measure_TemplateOfTheServer_IsUsed()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        string template = Path.Combine(Path.GetDirectoryName(task.Path)!, "template.jinja");
        await File.WriteAllTextAsync(
            template, "<|im_start|>system\nB: add 2.<|im_end|>\n{% for message in messages %}<|im_start|>{{ message.role }}\n{{ "
                + "message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n<think>\n", TestContext.Current.CancellationToken);
        await using LlamaServer server = await LlamaServer.StartAsync(
            "thinker/thinker-qwen3.gguf", 1, 1024, "--jinja", "--chat-template-file", template);
        string[] arguments =
        [
            "--task",
            $"own={task.Path}",
            "--budgets",
            "0,16,64",
            "--runs",
            "1",
            "--semantics",
            "cap",
            "--temperature",
            "0",
            "--concurrency",
            "1",
            "--latency-items",
            "2",
        ];
        MeasuredRun text = await MeasuredRun.OfAsync(server.Api, [.. arguments, "--prompt-format", "text"]);
        MeasuredRun ids = await MeasuredRun.OfAsync(server.Api, arguments);
        Assert.Equal("deepseek-r1", text.Manifest.Profile.GetProperty("name").GetString());
        Assert.Equal(
            ids.Trials.Select(trial => (Counted(trial), trial.Response)), text.Trials.Select(trial => (Counted(trial), trial.Response)));
    }

    [Fact]
    public async Task Measure_ProfileFile_IsUsedWhereTheServerRendersTheTemplate()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        string file = Path.Combine(Path.GetDirectoryName(task.Path)!, "mine.json");
        await File.WriteAllTextAsync(
            file,
            """{"name": "mine", "open": "<think>\n", "close_token": "</think>", "before_close": " so\n"}""",
            TestContext.Current.CancellationToken);
        string[] arguments =
        [
            "--task",
            $"own={task.Path}",
            "--profile",
            file,
            "--budgets",
            "0,16,64",
            "--runs",
            "1",
            "--semantics",
            "cap",
            "--temperature",
            "0",
            "--concurrency",
            "1",
            "--latency-items",
            "2",
        ];
        await using (LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 1024))
        {
            MeasuredRun text = await MeasuredRun.OfAsync(server.Api, [.. arguments, "--prompt-format", "text"]);
            MeasuredRun ids = await MeasuredRun.OfAsync(server.Api, arguments);
            Assert.Equal("mine", text.Manifest.Profile.GetProperty("name").GetString());
            Assert.Equal(
                ids.Trials.Select(trial => (Counted(trial), trial.Response)), text.Trials.Select(trial => (Counted(trial),
                trial.Response)));
        }

        await using ScriptedServer other = new TextOnlyShapes(counts: true, closeIsOneToken: true).Start();
        CommandRun refused = await CommandRun.OfAsync(
            ["measure", "--endpoint", new Uri(other.Address, "/v1").ToString(), .. arguments, "--prompt-format", "text", "--context",
                "4000", "--out", Path.GetDirectoryName(task.Path)!]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            "only Qwen3's can be rendered here: omit --profile", Assert.Single(refused.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static (string, int, int, bool, int) Counted(Trial trial) =>
        (trial.ProblemId, trial.BudgetTokens, trial.ThinkingTokens, trial.ClosedByModel, trial.AnswerTokens);

    private static async Task<MeasuredRun> MeasureAsync(string model, string semantics, string format, string temperature)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync(model, slots: 2, contextPerSlot: 1024);
        return await MeasuredRun.OfAsync(
            server.Api, "--task", $"own={task.Path}", "--budgets", string.Join(',', Budgets), "--runs", "1", "--semantics", semantics,
            "--prompt-format", format,
            "--temperature", temperature, "--concurrency", "2", "--latency-items", "2");
    }
}
