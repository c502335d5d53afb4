using System.Text.Json;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>The fields that all servers share.</summary>
internal static class RequestWriting
{
    internal static void WritePrompt(Utf8JsonWriter json, GenerationRequest request)
    {
        json.WriteStartArray("prompt");
        foreach (PromptPiece piece in request.Prompt)
        {
            foreach (int id in piece.Ids.Span)
                json.WriteNumberValue(id);
        }

        json.WriteEndArray();
    }

    internal static void WriteIds(Utf8JsonWriter json, string name, ReadOnlyMemory<int> ids)
    {
        json.WriteStartArray(name);
        foreach (int id in ids.Span)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    /// <summary>The stop at the end of thinking: by its id, or by its text if it is not one token.</summary>
    internal static void WriteStop(Utf8JsonWriter json, ThinkingEnd close)
    {
        json.WriteStartArray(close.Id is null ? "stop" : "stop_token_ids");
        if (close.Id is { } id)
            json.WriteNumberValue(id);
        else
            json.WriteStringValue(close.Text);
        json.WriteEndArray();
    }

    /// <summary>Whether the response is streamed, with the counts at its end.</summary>
    internal static void WriteStream(Utf8JsonWriter json, bool stream)
    {
        json.WriteBoolean("stream", stream);
        if (!stream)
            return;
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
    }

    /// <summary>
    /// Qwen3's templates read <c>enable_thinking</c>, DeepSeek-V3.1's and Granite's read <c>thinking</c>; each passes over the other.
    /// </summary>
    internal static void WriteThinkingSwitch(Utf8JsonWriter json, bool thinking)
    {
        json.WriteStartObject("chat_template_kwargs");
        json.WriteBoolean("enable_thinking", thinking);
        json.WriteBoolean("thinking", thinking);
        json.WriteEndObject();
    }

    /// <summary>Everything that servers would otherwise take from the model's or their own defaults.</summary>
    internal static void WriteSampling(Utf8JsonWriter json, SamplingSettings sampling, int seed, string repetition)
    {
        json.WriteNumber("temperature", sampling.Temperature);
        json.WriteNumber("top_p", sampling.TopP);
        json.WriteNumber("top_k", sampling.TopK);
        json.WriteNumber("min_p", sampling.MinP);
        json.WriteNumber("seed", seed);
        json.WriteNumber("presence_penalty", 0);
        json.WriteNumber("frequency_penalty", 0);
        json.WriteNumber(repetition, 1);
    }
}
