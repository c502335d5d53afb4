using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Endpoint;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Endpoint;

/// <summary>Passing for vLLM, the embedded endpoint answers the recorded requests in the recorded shapes.</summary>
public sealed class VllmShapeTests
{
    private const string Folder = "vllm-0.32.0/";

    [Theory]
    [InlineData("01-version.http")]
    [InlineData("02-models.http")]
    [InlineData("04-tokenize-messages.http")]
    [InlineData("06-tokenize-text.http")]
    [InlineData("08-completion-ids.http")]
    [InlineData("14-completion-text.http")]
    [InlineData("13-completion-stream.http")]
    [InlineData("23-error-unknown-model.http")]
    [InlineData("24-error-max-tokens.http")]
    [InlineData("25-error-context.http")]
    [InlineData("26-error-zero-tokens.http")]
    [InlineData("27-error-bad-token.http")]
    [InlineData("28-error-negative-budget.http")]
    [InlineData("29-error-bad-type.http")]
    [InlineData("38-error-cache-salt.http")]
    [InlineData("39-error-cache-salt-long.http")]
    [InlineData("40-thinker-stream-exact-40.http")]
    [InlineData("42-thinker-answer-after-cap.http")]
    [InlineData("43-error-seed-range.http")]
    [InlineData("44-error-min-over-max.http")]
    [InlineData("45-error-top-k.http")]
    [InlineData("46-error-temperature.http")]
    public async Task Answer_RecordedRequest_HasTheRecordedShape(string file)
    {
        Recording recording = Recording.Of(Folder + file);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], AsVllm = true, Model = ModelOf(recording), ContextTokens = 8192 },
                TestContext.Current.CancellationToken);
        (int status, string body) = await AskAsync(endpoint, recording);
        Assert.Equal(recording.Status, status);
        Assert.Equal(ShapesOf(Encoding.UTF8.GetString(recording.Body)), ShapesOf(body));
        if (recording.Status != 200 && !file.EndsWith("bad-type.http", StringComparison.Ordinal)
            && !file.EndsWith("seed-range.http", StringComparison.Ordinal))
            Assert.Equal(
                Encoding.UTF8.GetString(recording.Body).Trim(),
                JsonNode.Parse(body)!.ToJsonString(new JsonSerializerOptions
                {
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }));
    }

    /// <summary>The recorded request that may end at the close; where it ends is the model's.</summary>
    [Fact]
    public async Task Answer_RecordedCap_IsAccepted()
    {
        Recording recording = Recording.Of(Folder + "41-thinker-stream-cap-200.http");
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], AsVllm = true, Model = ModelOf(recording), ContextTokens = 8192 },
                TestContext.Current.CancellationToken);
        Assert.Equal(200, (await AskAsync(endpoint, recording)).Status);
        Assert.Equal(0, endpoint.RefusedCount);
    }

    private static string ModelOf(Recording recording) =>
        recording.Request.ValueKind == JsonValueKind.Object && recording.Request.GetProperty("model").GetString() is { } model
            && model != "nope"
            ? model
            : "qwen3-tiny";

    private static async Task<(int Status, string Body)> AskAsync(EmbeddedEndpoint endpoint, Recording recording)
    {
        using var http = new HttpClient();
        var uri = new Uri(endpoint.BaseAddress, recording.Path);
        HttpResponseMessage response;
        if (recording.Request.ValueKind == JsonValueKind.Undefined)
        {
            response = await http.GetAsync(uri, TestContext.Current.CancellationToken);
        }
        else
        {
            JsonNode body = JsonNode.Parse(recording.Request.GetRawText())!;

            // The simulated tokenizer is one of bytes: the recorded words' ids are not its own.
            if (body["prompt"] is JsonArray { Count: > 1 } ids)
                body["prompt"] = new JsonArray([.. ids.Select(id => (JsonNode)(id!.GetValue<int>() >= 151_643 ? id.GetValue<int>() : 65))]);
            response = await http.PostAsJsonAsync(uri, body, TestContext.Current.CancellationToken);
        }

        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Every event's members by path and kind.</summary>
    private static string[] ShapesOf(string body)
    {
        string[] documents = body.StartsWith("data: ", StringComparison.Ordinal)
            ? [.. body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => line[6..])]
            : [body];
        return
        [
            .. documents.SelectMany(document =>
                Paths("", JsonDocument.Parse(document).RootElement).Order(StringComparer.Ordinal).Append("-")),
        ];
    }

    private static IEnumerable<string> Paths(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Paths($"{path}.{member.Name}", member.Value)),
        JsonValueKind.Array when element.GetArrayLength() > 0 => Paths(path + "[]", element[0]),
        JsonValueKind.True or JsonValueKind.False => [path + " boolean"],
        var kind => [$"{path} {kind}"],
    };
}
