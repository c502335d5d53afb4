using System.Text.Json;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>The fields that all servers share.</summary>
internal static class RequestWriting
{
    internal static void WritePrompt(Utf8JsonWriter json, GenerationRequest request)
    {
        json.WriteStartArray("prompt");
        foreach (ReadOnlyMemory<int> piece in request.Prompt)
        {
            foreach (int id in piece.Span)
                json.WriteNumberValue(id);
        }

        json.WriteEndArray();
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
