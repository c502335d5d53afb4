using System.Buffers;
using System.Text.Json;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>
/// Any server of OpenAI's <c>/v1/completions</c>, by text: no token ids, counts from the usage record where there is one.
/// </summary>
/// <param name="client">The endpoint.</param>
/// <param name="facts">What it said of itself.</param>
/// <param name="known">Its dialect where the kind is known: the load and the chat template are asked in it.</param>
internal sealed class TextCompletions(EndpointClient client, EndpointFacts facts, IServerDialect? known) : ICompletionServer
{
    public EndpointFacts Facts => facts;

    public Uri GenerationUri { get; } = new(client.Api, "completions");

    public bool NeedsUniquePrefix => true;

    public bool MasksEndsWithStopText => known?.MasksEndsWithStopText ?? false;

    public Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken) =>
        known?.LoadAsync(cancellationToken) ?? Task.FromResult<ServerLoad?>(null);

    /// <summary>A user's message in the model's own chat template; null where the server has no route that gives it.</summary>
    internal Task<string?> RenderChatAsync(string userMessage, bool thinking, CancellationToken cancellationToken) =>
        known?.RenderChatTextAsync(userMessage, thinking, cancellationToken) ?? Task.FromResult<string?>(null);

    public void WriteRequest(IBufferWriter<byte> output, GenerationRequest request, RequestSettings settings, bool stream)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("model", facts.Model);
        json.WriteString("prompt", string.Concat(request.Prompt.Select(piece => piece.Text)));
        json.WriteNumber("max_tokens", request.MaxTokens);
        RequestWriting.WriteSampling(json, settings.Sampling, request.Seed, "repetition_penalty");
        json.WriteString("user", request.Group);
        if (request.Close == ThinkingEndHandling.Stop)
            RequestWriting.WriteStop(json, settings.Close with { Id = null });
        if (request.Close == ThinkingEndHandling.Mask || (request.Close == ThinkingEndHandling.Stop && MasksEndsWithStopText))
            json.WriteBoolean("ignore_eos", true);
        RequestWriting.WriteStream(json, stream);
        json.WriteEndObject();
    }

    public Generation Read(ReadOnlyMemory<byte> json) => VllmDialect.ReadCompletion(json);
}
