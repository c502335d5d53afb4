using System.Text;
using System.Text.Json;
using Calibration.Harness;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Datasets;
using Calibration.Tests.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Servers;

/// <summary>Every recorded response of the real servers is read as what it is.</summary>
public sealed class RecordingTests
{
    private const string Vllm = "vllm-0.32.0";
    private const string LlamaCpp = "llama.cpp-b11669";

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    public static TheoryData<string> Servers => [Vllm, LlamaCpp];

    [Theory]
    [InlineData(Vllm + "/08-completion-ids.http", 6, 198, Ending.Length, 0, 0.385711)]
    [InlineData(Vllm + "/11-completion-long-same-salt.http", 6, 198, Ending.Length, 128, null)]
    [InlineData(Vllm + "/12-completion-long-other-salt.http", 6, 198, Ending.Length, 0, null)]
    [InlineData(Vllm + "/15-completion-stop-string.http", 4, 198, Ending.Stop, 0, 0.113532)]
    [InlineData(Vllm + "/31-thinker-completion-natural.http", 39, 3479, Ending.Stop, 0, 1.768851)]
    [InlineData(Vllm + "/32-thinker-completion-min-tokens-stop-ids.http", 90, 3479, Ending.Length, 0, null)]
    [InlineData(Vllm + "/33-thinker-completion-stop-at-think-end.http", 32, 3479, Ending.Stop, 0, null)]
    [InlineData(Vllm + "/37-thinker-forked-answer.http", 3, 24, Ending.Stop, 0, null)]
    [InlineData(LlamaCpp + "/13-completion.http", 6, 9041, Ending.Length, 0, null)]
    [InlineData(LlamaCpp + "/16-completion-cache-again.http", 6, 9041, Ending.Length, 17, null)]
    [InlineData(LlamaCpp + "/17-completion-reasoning-budget.http", 12, 9041, Ending.Length, 0, null)]
    public void Read_WholeCompletion_IsWhatWasSent(string file, int tokens, int first, Ending ending, int cached, double? serverSeconds)
    {
        Generation generation = DialectOf(file).Read(Recording.Of(file).Body);
        Assert.Equal(tokens, generation.TokenIds.Length);
        Assert.Equal(tokens, generation.CompletionTokens);
        Assert.Equal(first, generation.TokenIds[0]);
        Assert.Equal(ending, generation.Ending);
        Assert.Equal(cached, generation.CachedTokens);
        Assert.InRange(generation.ServerSeconds!.Value, serverSeconds - 1e-6 ?? 1e-3, serverSeconds + 1e-6 ?? 10);
        Assert.NotEqual("", generation.Text);
    }

    [Theory]
    [InlineData(Vllm + "/14-completion-text.http", 6, 0.389445)]
    [InlineData(LlamaCpp + "/10-v1-completions-ids.http", 6, 0.048427)]
    [InlineData(LlamaCpp + "/11-v1-completions-return-tokens.http", 6, null)]
    [InlineData(LlamaCpp + "/26-zero-tokens.http", 1, null)]
    public void Read_CompletionWithoutIds_HasTheUsagesCount(string file, int tokens, double? serverSeconds)
    {
        // llama.cpp's /v1/completions has the shape of vLLM's.
        Generation generation = Dialect(Vllm).Read(Recording.Of(file).Body);
        Assert.Empty(generation.TokenIds);
        Assert.Equal(tokens, generation.CompletionTokens);
        Assert.Equal(Ending.Length, generation.Ending);
        Assert.NotEqual("", generation.Text);
        Assert.InRange(generation.ServerSeconds!.Value, serverSeconds - 1e-6 ?? 1e-3, serverSeconds + 1e-6 ?? 10);
    }

    [Theory]
    [InlineData(Vllm + "/13-completion-stream.http", 6)]
    [InlineData(LlamaCpp + "/14-completion-stream.http", 6)]
    public async Task Stream_Completion_HasAllIdsAndEndsWithUsageAndTimes(string file, int tokens)
    {
        await using ScriptedServer server = Recording.Serve(file);
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        IServerDialect dialect = Dialect(file.Split('/')[0], client);
        Generation[] chunks =
        [
            .. (await client.StreamTimedAsync(dialect.GenerationUri, "{}"u8.ToArray(), TimeProvider.System, Cancelled))
            .Select(part => dialect.Read(part.Data)),
        ];
        Assert.Equal(tokens, chunks.Sum(chunk => chunk.TokenIds.Length));
        Assert.Equal(Ending.Length, Assert.Single(chunks, chunk => chunk.Ending != Ending.None).Ending);
        Assert.Equal(tokens, chunks[^1].CompletionTokens);
        Assert.Equal(0, chunks[^1].CachedTokens);
        Assert.InRange(chunks[^1].ServerSeconds!.Value, 0.01, 10);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public void Read_EveryCompletion_CountsAsItsUsage(string server)
    {
        string route = server == Vllm ? "/v1/completions" : "/completion";
        int read = 0;
        foreach (Recording recording in Recording.Files(server).Select(Recording.Of).Where(recording =>
            recording.Path == route && recording.Status == 200))
        {
            bool stream = recording.Request.TryGetProperty("stream", out JsonElement streamed) && streamed.GetBoolean();
            byte[][] events = stream
                ?
                [
                    .. Encoding.UTF8.GetString(recording.Body).Split('\n').Where(line =>
                        line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => Encoding.UTF8.GetBytes(line[6..])),
                ]
                : [recording.Body];
            Generation[] generations = [.. events.Select(data => Dialect(server).Read(data))];
            bool ids = recording.Request.TryGetProperty("return_token_ids", out _)
                || recording.Request.TryGetProperty("return_tokens", out _);
            Assert.Equal(ids ? generations[^1].CompletionTokens : 0, generations.Sum(generation => generation.TokenIds.Length));
            read++;
        }

        Assert.True(read >= 5);
    }

    /// <summary>An answer of the chat route is no completion, and never an empty one.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public void Read_EveryChatAnswer_IsRefused(string server)
    {
        int read = 0;
        foreach (Recording recording in Recording.Files(server).Select(Recording.Of).Where(recording =>
            recording.Path.EndsWith("/chat/completions", StringComparison.Ordinal) && recording.Status == 200))
        {
            string body = Encoding.UTF8.GetString(recording.Body);
            string answer = body.StartsWith("data: ", StringComparison.Ordinal) ? body.Split('\n')[0][6..] : body;
            Assert.Contains(
                "chat answer",
                Assert.Throws<JsonException>(() => Dialect(Vllm).Read(Encoding.UTF8.GetBytes(answer))).Message,
                StringComparison.Ordinal);
            read++;
        }

        Assert.True(read >= 4);
    }

    /// <summary>A recording that no test here looks at would be a response that nobody has thought of.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public void Recordings_All_AreOfAKnownKind(string server)
    {
        string[] routes =
        [
            "/health",
            "/version",
            "/props",
            "/v1/models",
            "/apply-template",
            "/tokenize",
            "/detokenize",
            "/v1/completions",
            "/completion",
            "/v1/chat/completions",
            "/metrics",
        ];
        Assert.All(
            Recording.Files(server).Select(Recording.Of),
            recording => Assert.True(recording.Status >= 400 || routes.Contains(recording.Path), recording.Path));
    }

    [Theory]
    [InlineData(Vllm + "/23-error-unknown-model.http", "HTTP 404", "The model `nope` does not exist")]
    [InlineData(Vllm + "/24-error-max-tokens.http", "HTTP 400", "cannot be greater than max_model_len=8192")]
    [InlineData(Vllm + "/25-error-context.http", "HTTP 400", "max_tokens=8193")]
    [InlineData(Vllm + "/26-error-zero-tokens.http", "HTTP 400", "must be at least 1, got 0")]
    [InlineData(Vllm + "/27-error-bad-token.http", "HTTP 400", "Token id 999999 is out of vocabulary")]
    [InlineData(Vllm + "/28-error-negative-budget.http", "HTTP 400", "thinking_token_budget")]
    [InlineData(Vllm + "/29-error-bad-type.http", "HTTP 400", "body.max_tokens")]
    [InlineData(Vllm + "/03-no-key.http", "HTTP 401", "{ApiKeyEnv}")]
    [InlineData(LlamaCpp + "/23-error-context.http", "HTTP 400", "exceeds the available context size (4096 tokens)")]
    [InlineData(LlamaCpp + "/24-error-bad-type.http", "HTTP 400", "must be number, but is string")]
    [InlineData(LlamaCpp + "/04-no-key.http", "HTTP 401", "{ApiKeyEnv}")]
    public async Task Post_Refusal_IsOneSentenceInTheServersWords(string file, string status, string words)
    {
        Recording recording = Recording.Of(file);
        await using ScriptedServer server = Recording.Serve(file);
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"), apiKey: "secret");
        var uri = new Uri(server.Address, recording.Path);
        EndpointReply reply = await client.PostAsync(uri, "{}"u8.ToArray(), tokens: 1, Cancelled);
        Assert.False(reply.IsSuccess);
        string message = reply.Fault(uri).Message;
        Assert.Contains(status, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("""{"error":{"message":"out of memory","type":"InternalServerError","code":500}}""")]
    [InlineData("""{"error":"out of memory"}""")]
    public void Read_ErrorInsteadOfACompletion_IsAFault(string json)
    {
        foreach (string server in (string[])[Vllm, LlamaCpp])
            Assert.Contains(
                "out of memory",
                Assert.Throws<JsonException>(() => Dialect(server).Read(Encoding.UTF8.GetBytes(json))).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detect_Vllm_KnowsVersionModelAndContext()
    {
        await using ScriptedServer server = Recording.Serve(Vllm + "/01-version.http", Vllm + "/02-models.http");
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        EndpointFacts facts = (await ServerDetection.DetectAsync(client, null, Cancelled)).Facts;
        Assert.Equal(
            new EndpointFacts(new Uri(server.Address, "v1/").ToString(), "vllm", "0.32.0", "qwen3-tiny", 8192, false, false), facts);
    }

    [Fact]
    public async Task Detect_LlamaCpp_KnowsVersionModelAndASlotsContext()
    {
        await using ScriptedServer server = Recording.Serve(LlamaCpp + "/02-props.http", LlamaCpp + "/03-models.http");
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        EndpointFacts facts = (await ServerDetection.DetectAsync(client, null, Cancelled)).Facts;
        Assert.Equal(
            new EndpointFacts(
                new Uri(server.Address, "v1/").ToString(), "llamacpp", "b11669-Debian", "tiny-qwen3-random.gguf", 4096, false, false),
            facts);

        // More requests than its slots would wait in the server, short answers behind long traces.
        Assert.Equal(4, client.Slots.Limit);
    }

    [Fact]
    public async Task Detect_ModelNotServed_NamesTheServedOnes()
    {
        await using ScriptedServer server = Recording.Serve(Vllm + "/01-version.http", Vllm + "/02-models.http");
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => ServerDetection.DetectAsync(client, "nope", Cancelled));
        Assert.Contains("qwen3-tiny", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_RecordedTemplates_GiveTheRecordedIds()
    {
        int[] thinking = await RenderAsync(Vllm + "/04-tokenize-messages.http");
        int[] noThinking = await RenderAsync(Vllm + "/05-tokenize-messages-no-thinking.http");
        Assert.Equal("151644,77091,198", string.Join(',', thinking.TakeLast(3)));
        Assert.Equal("151667,271,151668,271", string.Join(',', noThinking.TakeLast(4)));
        Assert.Equal(thinking, await RenderAsync(LlamaCpp + "/05-apply-template.http", LlamaCpp + "/07-tokenize.http"));
        Assert.Equal("198,151668,271", string.Join(',', await TokensAsync(Vllm + "/06-tokenize-text.http")));
    }

    [Theory]
    [InlineData(Vllm + "/07-detokenize.http")]
    [InlineData(LlamaCpp + "/09-detokenize.http")]
    public async Task Detokenize_Recorded_GivesTheTextAndSendsTheRecordedFields(string file)
    {
        Recording recording = Recording.Of(file);
        await using ScriptedServer server = Recording.Serve(file);
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        int[] ids = [.. recording.Request.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())];
        Assert.Equal(
            "<|im_start|>user\nWhat is 2+3? 你好 🙂<|im_end|>\n<|im_start|>assistant\n",
            await Dialect(file.Split('/')[0], client).DetokenizeAsync(ids, Cancelled));
        JsonElement sent = JsonDocument.Parse(Assert.Single(server.Requests).Body).RootElement;
        Assert.Equal(recording.Request.EnumerateObject().Select(field => field.Name), sent.EnumerateObject().Select(field => field.Name));
        Assert.Equal(ids, sent.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()));
    }

    [Fact]
    public async Task Render_LlamaCppWithoutTheRoute_TokenizesTheTemplateRenderedHere()
    {
        await using var server = new ScriptedServer(request => request.Path != "/tokenize" ? ScriptedServer.Status("404 Not Found")
            : ScriptedServer.Ok(Encoding.UTF8.GetBytes(
                JsonDocument.Parse(request.Body).RootElement.GetProperty("content").GetString() == "<|im_start|>"
                    ? """{"tokens":[151644]}"""
                    : """{"tokens":[1,2,3]}""")));
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        int[] rendered = await ChatPrompt.RenderAsync(Dialect(LlamaCpp, client), "2+3?", thinking: false, Cancelled);
        Assert.Equal([1, 2, 3], rendered);
        Assert.Contains("/apply-template", server.Requests.Select(request => request.Path));
        Assert.Equal(
            ChatPrompt.RenderQwen3("2+3?", thinking: false),
            JsonDocument.Parse(server.Requests.Last().Body).RootElement.GetProperty("content").GetString());
    }

    private static async Task<int[]> RenderAsync(params string[] files)
    {
        await using ScriptedServer server = Recording.Serve(files);
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        return await ChatPrompt.RenderAsync(Dialect(files[0].Split('/')[0], client), "What is 2+3?", thinking: true, Cancelled);
    }

    private static async Task<int[]> TokensAsync(string file)
    {
        await using ScriptedServer server = Recording.Serve(file);
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"));
        return await Dialect(file.Split('/')[0], client).TokenizeAsync("\n</think>\n\n", Cancelled);
    }

    private static IServerDialect DialectOf(string file) => Dialect(file.Split('/')[0]);

    private static IServerDialect Dialect(string server, EndpointClient? client = null)
    {
        client ??= TestClient.Open(new Uri("http://127.0.0.1:9/v1"));
        var facts = new EndpointFacts("", "", "", "model", 8192, false, false);
        return server == Vllm ? new VllmDialect(client, facts) : new LlamaCppDialect(client, facts);
    }
}
