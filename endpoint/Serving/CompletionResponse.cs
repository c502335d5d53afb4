using System.Buffers;
using System.Text.Json;
using Calibration.Endpoint.Model;

namespace Calibration.Endpoint.Serving;

internal enum StopReason
{
    None,
    StopToken,
    EndOfTurn,
}

/// <summary>The answer to one completion request as it grows, and its two JSON forms.</summary>
internal sealed class CompletionResponse(CompletionRequest request, EndpointOptions options, SimulatedService service)
{
    private StopReason _stop;

    internal List<int> Tokens { get; } = new(Math.Min(request.MaxTokens, 1 << 16));

    /// <summary>Prompt tokens that were found in the prefix cache.</summary>
    internal required int CachedTokens { get; init; }

    internal bool Stopped => _stop != StopReason.None;

    internal double ElapsedSeconds => service.ElapsedAt(Tokens.Count);

    /// <summary>
    /// The endpoint's own time of the first token, where requests really take time; a complete answer has the simulated one.
    /// </summary>
    internal double? FirstTokenSeconds { get; set; }

    /// <summary>The endpoint's own time of the complete response, if requests really take time.</summary>
    internal double TotalSeconds { get; set; }

    private bool IsSimulatedClock => !options.IsRealTime && !options.AsVllm;

    private string FinishReason => Stopped ? "stop" : "length";

    internal void Add(int token, StopReason reason)
    {
        Tokens.Add(token);
        _stop = reason;
    }

    /// <summary>One event of a stream, holding the newest token.</summary>
    internal void WriteChunk(IBufferWriter<byte> output, bool last)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output))
        {
            WriteHead(json);
            WriteChoice(json, Tokens.Count - 1, last ? FinishReason : null);
            if (IsSimulatedClock)
                json.WriteNumber("simulated_elapsed_s", ElapsedSeconds);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    /// <summary>The complete answer, or the last events of a stream.</summary>
    internal void WriteEnd(IBufferWriter<byte> output)
    {
        if (!request.Stream)
        {
            WriteWhole(output);
            return;
        }

        if (request.IncludeUsage)
        {
            output.Write("data: "u8);
            using (var json = new Utf8JsonWriter(output))
            {
                WriteHead(json);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json);
                WriteTail(json);
                json.WriteEndObject();
            }

            output.Write("\n\n"u8);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    private void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        WriteHead(json);
        WriteChoice(json, 0, FinishReason);
        WriteUsage(json);
        WriteTail(json);
        if (IsSimulatedClock)
            json.WriteNumber("simulated_elapsed_s", ElapsedSeconds);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", "cmpl-simulated");
        json.WriteString("object", "text_completion");
        if (options.AsVllm)
            VllmShape.WriteHead(json);
        json.WriteString("model", options.Model);
    }

    private void WriteChoice(Utf8JsonWriter json, int from, string? finishReason)
    {
        ReadOnlySpan<int> ids = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Tokens)[from..];
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);

        // The text omits what ended the turn; the ids keep it, as vLLM's do.
        json.WriteString("text", ByteTokenizer.Decode(Stopped ? ids[..^1] : ids));
        json.WriteString("finish_reason", finishReason);
        if (_stop == StopReason.StopToken)
            json.WriteNumber("stop_reason", Tokens[^1]);
        else
            json.WriteNull("stop_reason");
        if (request.ReturnTokenIds)
            WriteIds(json, "token_ids", ids);
        if (options.AsVllm)
        {
            VllmShape.WriteChoice(json, request.Stream);
            if (!request.ReturnTokenIds && !request.Stream)
                json.WriteNull("token_ids");
            if (request.ReturnTokenIds && from == 0)
                WriteIds(json, "prompt_token_ids", request.Prompt);
            else if (request.ReturnTokenIds || !request.Stream)
                json.WriteNull("prompt_token_ids");
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, ReadOnlySpan<int> ids)
    {
        json.WriteStartArray(name);
        foreach (int id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    /// <summary>A server's own times: vLLM's fields, which the endpoint has under its own name too where its times are real.</summary>
    private void WriteTail(Utf8JsonWriter json)
    {
        if (options.AsVllm)
            VllmShape.WriteTail(json, request.Stream);
        if (!options.AsVllm && !options.IsRealTime)
            return;
        double total = options.IsRealTime ? TotalSeconds : ElapsedSeconds;
        double first = options.IsRealTime ? FirstTokenSeconds ?? Math.Min(service.ElapsedAt(1), total) : service.ElapsedAt(1);
        VllmShape.WriteMetrics(json, new ResponseTimes(first, total, Tokens.Count), request.Stream);
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", request.Prompt.Length);
        json.WriteNumber("completion_tokens", Tokens.Count);
        json.WriteNumber("total_tokens", request.Prompt.Length + Tokens.Count);
        WriteCached(json);
        if (options.AsVllm && !request.Stream)
            json.WriteNull("completion_tokens_details");
        json.WriteEndObject();
    }

    /// <summary>Without a prefix cache there is nothing to say, as on a vLLM without <c>--enable-prompt-tokens-details</c>.</summary>
    private void WriteCached(Utf8JsonWriter json)
    {
        if (!options.AsVllm)
        {
            json.WriteNull("prompt_tokens_details");
            return;
        }

        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", CachedTokens);
        if (!request.Stream)
        {
            json.WriteNull("created_cache_tokens");
            json.WriteNull("multimodal_tokens");
        }

        json.WriteEndObject();
    }
}
