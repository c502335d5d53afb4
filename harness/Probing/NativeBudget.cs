using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Calibration.Harness.Forcing;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Probing;

/// <summary>
/// The server's own thinking budget, tried and counted. It is reported and never relied on: such budgets have failed in
/// public for months at a time, and vLLM and llama.cpp count what the prompt holds of the thinking block.
/// </summary>
internal sealed class NativeBudget(EndpointClient client, TokenIdForcing forcing)
{
    private const int Answer = 24;

    private static readonly ImmutableArray<int> Budgets = [5, 20];

    internal async Task<ImmutableArray<FormatCheck>> CheckAsync(AskedProblem asked, CancellationToken cancellationToken) =>
        forcing.Form.EndId is not null && forcing.Server.ThinkingBudget is { } own ? [await CheckAsync(own, asked, cancellationToken)] : [];

    private async Task<FormatCheck> CheckAsync(ServerThinkingBudget own, AskedProblem asked, CancellationToken cancellationToken)
    {
        var counts = ImmutableArray.CreateBuilder<BudgetCount>();
        foreach (int budget in Budgets)
            counts.Add(new BudgetCount(budget, await (own.IsOfChat
                ? CountInChatAsync(own, asked, budget, cancellationToken)
                : CountIdsAsync(own, asked, budget, cancellationToken))));
        string verdict = counts.Any(count => count.CountedTokens is null) ? "not there, or refused"
            : counts.All(count => count.CountedTokens == count.BudgetTokens) ? "exact here; a cap, not used"
            : counts.All(count => count.CountedTokens <= count.BudgetTokens) ? "kept as a cap; not used"
            : "IGNORED OR OVERRUN; not used";
        return new FormatCheck(own.Name, false, counts.ToImmutable(), verdict, false);
    }

    /// <summary>The tokens before the end-of-thinking token, and the newline from the prompt, which vLLM counts.</summary>
    private async Task<int?> CountIdsAsync(ServerThinkingBudget own, AskedProblem asked, int budget, CancellationToken cancellationToken)
    {
        EndpointReply reply = await PostAsync(forcing.Requests.Uri, json =>
        {
            RequestWriting.WriteIds(json, "prompt", asked.ThinkingPrompt.Ids);
            json.WriteNumber("max_tokens", budget + Answer);
            own.Write(json, budget);
            json.WriteBoolean("return_token_ids", true);
        }, cancellationToken);
        if (!reply.IsSuccess)
            return null;
        int[]? ids = Read(reply, body => forcing.Server.Read(body).TokenIds);
        if (ids is null)
            return null;
        int inPrompt = forcing.Form.OpenIds.Length - 1;
        return forcing.Form.EndOfThinking(ids) + inPrompt;
    }

    /// <summary>
    /// The tokens of a chat answer's reasoning text; the newline after the opening, which llama.cpp counts, is not in the text.
    /// </summary>
    private async Task<int?> CountInChatAsync(ServerThinkingBudget own, AskedProblem asked, int budget, CancellationToken cancellationToken)
    {
        EndpointReply reply = await PostAsync(new Uri(client.Api, "chat/completions"), json =>
        {
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", asked.Problem.Prompt);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteNumber("max_tokens", budget + Answer);
            own.Write(json, budget);
        }, cancellationToken);
        if (!reply.IsSuccess)
            return null;
        string reasoning = Read(reply, body => ResponseReading.Read(body, ReasoningOf)) ?? "";
        return reasoning.Length == 0 ? null : (await forcing.Server.TokenizeAsync(reasoning, cancellationToken)).Length;
    }

    private static string ReasoningOf(JsonElement root) =>
        root.Member("choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0
            ? choices[0].Member("message")?.Text("reasoning_content") ?? ""
            : "";

    /// <summary>Null for what is no such answer: a budget of the server's own that cannot be counted is only reported.</summary>
    private static T? Read<T>(EndpointReply reply, Func<ReadOnlyMemory<byte>, T> read)
        where T : class
    {
        try
        {
            return read(reply.Body.ToMemory());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<EndpointReply> PostAsync(Uri uri, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", forcing.Facts.Model);
            json.WriteNumber("temperature", 0);
            write(json);
            json.WriteEndObject();
        }

        return client.PostAsync(uri, body.WrittenMemory, Budgets[^1] + Answer, cancellationToken);
    }
}
