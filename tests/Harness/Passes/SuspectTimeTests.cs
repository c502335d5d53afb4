using System.Text;
using System.Text.Json;
using Calibration.Endpoint.Model;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Datasets;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>A time that is not that of one request on an idle server is kept and marked, and no fit sees it.</summary>
[Collection("llama.cpp 2")]
public sealed class SuspectTimeTests
{
    [Fact]
    public async Task Measure_ServerThatWorksForOthers_MarksEverySample()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 2048);
        using var stop = new CancellationTokenSource();
        Task others = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => GenerateAsync(server.Api, stop.Token)));
        MeasuredRun run = await MeasureAsync(server.Api, "0,16");
        await stop.CancelAsync();
        await others;
        Assert.NotEmpty(run.Service);
        Assert.All(run.Service, sample => Assert.Equal(TrialStatus.Unverified, sample.Status));
        Assert.Contains(
            run.Service, sample => sample.Reason.Contains("other requests were running on the server", StringComparison.Ordinal));
    }

    /// <summary>Only the last token's time is right where all come at once.</summary>
    [Fact]
    public async Task Measure_StreamBehindABufferingGateway_MarksWhatIsLate()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 2048);
        using var http = new HttpClient();
        await using var gateway = new ScriptedServer(request => Forwarded(http, server.Api, request, TimeSpan.Zero));
        var api = new Uri(gateway.Address, "/v1");
        MeasuredRun run = await MeasureAsync(api, "0,16,64,257");
        ServiceSample[] within = [.. run.Service.Where(sample => sample.TraceId.EndsWith("/latency", StringComparison.Ordinal))];
        Assert.Equal(8, within.Length);
        Assert.All(within, sample => Assert.Equal(sample.BudgetTokens is 16 or 64 ? TrialStatus.Unverified : TrialStatus.Ok,
            sample.Status));
        Assert.Contains(within, sample => sample.Reason.EndsWith("later tokens arrived together with it.", StringComparison.Ordinal));
        CommandRun probe = await CommandRun.OfAsync("probe", "--endpoint", api.ToString(), "--concurrency", "1");
        Assert.Equal(1, probe.ExitCode);
        Assert.Contains("SERVICE TIMES CANNOT BE TAKEN, because", probe.Output, StringComparison.Ordinal);
    }

    /// <summary>A long way to the server is in every time, and no sign of other requests.</summary>
    [Fact]
    public async Task Measure_ServerFarAway_IsBelieved()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 2048);
        using var http = new HttpClient();
        await using var gateway = new ScriptedServer(request => Forwarded(http, server.Api, request, TimeSpan.FromSeconds(0.2)));
        MeasuredRun run = await MeasureAsync(new Uri(gateway.Address, "/v1"), "0,2,8");
        Assert.All(run.Service, sample => Assert.True(sample.Status == TrialStatus.Ok, sample.Reason));
    }

    /// <summary>
    /// llama.cpp keeps old prompts in memory: the repeat of a trace may not find its first try's answer there, or it would be suspect too.
    /// </summary>
    [Fact]
    public async Task Measure_OneSlowAnswer_IsMeasuredAgainAndBelieved()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 2, contextPerSlot: 2048);
        int streams = 0, answers = 0;
        await using var gateway = new StallingGateway(server.Api, request =>
        {
            streams += request.Contains("\"stream\":true", StringComparison.Ordinal) ? 1 : 0;

            // The first two streams are warm-ups. After 257 tokens, an answer from 64 keeps less than half of the slot: then llama.cpp
            // looks for more.
            return streams == 3 && request.Contains("\"cache_prompt\":true", StringComparison.Ordinal) && ++answers == 2
                ? TimeSpan.FromSeconds(2)
                : TimeSpan.Zero;
        });
        MeasuredRun run = await MeasureAsync(gateway.Api, "0,2,64,257");
        Assert.True(answers >= 2 && streams > 2 + 4, $"{streams} streams, {answers} answers after the third");
        Assert.All(run.Service, sample => Assert.True(sample.Status == TrialStatus.Ok, sample.Reason));
    }

    /// <summary>No salt of SGLang's was ever seen to work: there every timed prompt is like no other.</summary>
    [Fact]
    public async Task Measure_SglangsShapes_TimesNoPromptTwice()
    {
        await using ScriptedServer server = new SglangShapes(strictThinking: false).Start();
        await MeasureAsync(new Uri(server.Address, "/v1"), "0,16,30");
        string[] lines = ["", .. server.Requests.Where(request => request.Path == "/v1/completions").Select(request =>
            JsonDocument.Parse(request.Body).RootElement)
            .Where(body => body.TryGetProperty("cache_salt", out _))
            .GroupBy(body => body.GetProperty("cache_salt").GetString()!)
            .Select(request =>
                ByteTokenizer.Decode([.. request.First().GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32())])
                .Split('\n')[1])];

        // Two traces and two separate ones, each with its answers; two answers without thinking; warm-ups; and the scripted server sends a
        // stream in one piece, so that every trace is repeated before it is marked.
        Assert.InRange(lines.Length, 1 + 4 + 2 + 4, 40);
        Assert.Equal(lines.Length, lines.Distinct().Count());
    }

    /// <summary>An end of the turn that no profile knows: overridden under <c>exact</c>, and no close under <c>cap</c>.</summary>
    [Theory]
    [InlineData("exact", TrialStatus.Ok, 16)]
    [InlineData("cap", TrialStatus.BudgetNotEnforced, 10)]
    public async Task Measure_UnknownEndOfTheTurn_IsNoThinking(string semantics, TrialStatus status, int tokens)
    {
        const int Unknown = ByteTokenizer.FirstWord + 3;
        await using ScriptedServer server = new SglangShapes(strictThinking: false) { NaturalLength = 10, EndId = Unknown }.Start();
        MeasuredRun run = await MeasureAsync(new Uri(server.Address, "/v1"), "8,16", "--semantics", semantics);
        Assert.All(
            run.Trials.Where(trial => trial.BudgetTokens == 16),
            trial => Assert.Equal((status, tokens), (trial.Status, trial.ThinkingTokens)));
        Assert.All(run.Trials.Where(trial => trial.BudgetTokens == 8), trial => Assert.Equal(8, trial.ThinkingTokens));
        Assert.All(run.Traces, trace => Assert.DoesNotContain(Unknown, trace.TokenIds));
        Assert.All(run.Traces, trace => Assert.Equal(semantics == "exact", !trace.CuePositions.IsEmpty));
    }

    private static async Task<MeasuredRun> MeasureAsync(Uri api, string budgets, params string[] more)
    {
        using var task = new OwnTask(OwnTask.Scripts[..2]);
        return await MeasuredRun.OfAsync(
            api, ["--task", $"own={task.Path}", "--budgets", budgets, "--runs", "1", "--latency-items", "2", "--concurrency", "1",
            .. more]);
    }

    private static async Task GenerateAsync(Uri api, CancellationToken stop)
    {
        using var http = new HttpClient();
        while (!stop.IsCancellationRequested)
        {
            using var body = new StringContent(
                """{"prompt": "Start", "max_tokens": 50, "ignore_eos": true}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await http.PostAsync(new Uri(api + "/completions"), body, CancellationToken.None);
        }
    }

    /// <summary>Through a gateway that sends nothing before it has all, and after a while.</summary>
    private static byte[] Forwarded(HttpClient http, Uri server, ScriptedServer.Request request, TimeSpan away)
    {
        if (request.Path == "/completion")
            Thread.Sleep(away);
        using var asked = new HttpRequestMessage(request.Body.Length > 0 ? HttpMethod.Post : HttpMethod.Get, new Uri(server, request.Path));
        if (request.Body.Length > 0)
        {
            asked.Content = new ByteArrayContent(request.Body);
            asked.Content.Headers.Add("Content-Type", "application/json");
        }

        using HttpResponseMessage answer = http.Send(asked);
        using var body = new MemoryStream();
        answer.Content.ReadAsStream().CopyTo(body);
        return answer.IsSuccessStatusCode ? ScriptedServer.Ok(body.ToArray()) : ScriptedServer.Status($"{(int)answer.StatusCode} Refused");
    }
}
