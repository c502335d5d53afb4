using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Calibration.Harness.Servers;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>One model on one server, ready to be asked.</summary>
public sealed class EndpointSession
{
    private readonly EndpointClient client;
    private readonly SamplingSettings sampling;
    private readonly ConcurrentDictionary<string, Task<int[]>> tokens = new(StringComparer.Ordinal);

    private EndpointSession(EndpointClient client, IServerDialect server, ThinkingForm form, SamplingSettings sampling)
    {
        this.client = client;
        this.sampling = sampling;
        Server = server;
        Form = form;
    }

    /// <summary>The server's dialect and what it said of itself.</summary>
    public IServerDialect Server { get; }

    /// <summary>How this model thinks, in its token ids.</summary>
    public ThinkingForm Form { get; }

    /// <summary>Finds out who serves and how the model thinks.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="profile">The model's profile, or null to detect it.</param>
    /// <param name="sampling">Sampling of every request.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    public static async Task<EndpointSession> OpenAsync(
        EndpointClient client, string? model, ModelProfile? profile, SamplingSettings sampling, CancellationToken cancellationToken)
    {
        IServerDialect server = await ServerDetection.DetectAsync(client, model, cancellationToken);
        return new EndpointSession(client, server, await ThinkingForm.ResolveAsync(profile, server, cancellationToken), sampling);
    }

    /// <summary>Token ids of a text; asked once for each text.</summary>
    public Task<int[]> TokensOfAsync(string text, CancellationToken cancellationToken) =>
        tokens.GetOrAdd(text, asked => Server.TokenizeAsync(asked, cancellationToken));

    /// <summary>Generates and waits for the whole.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be read.</exception>
    public async Task<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.PostAsync(Server.GenerationUri, BodyOf(request, stream: false), cancellationToken);
        return reply.IsSuccess ? Read(reply.Body.ToMemory()) : throw reply.Fault(Server.GenerationUri);
    }

    /// <summary>Generates and yields chunks as they arrive.</summary>
    /// <exception cref="EndpointException">The server refused, broke off, or sent what cannot be read.</exception>
    public async IAsyncEnumerable<Generation> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (byte[] data in client.StreamAsync(Server.GenerationUri, BodyOf(request, stream: true), cancellationToken))
            yield return Read(data);
    }

    /// <summary>Position of the first token that belongs to an end of thinking or of the turn, or the length where there is none.</summary>
    internal async Task<int> EndOfThinkingAsync(Generation generation, CancellationToken cancellationToken)
    {
        int end = Form.EndOfThinking(generation.TokenIds);
        string close = Form.Profile.CloseToken;
        if (Form.CloseId is not null || (generation.Ending != Ending.Stop && !generation.Text.Contains(close, StringComparison.Ordinal)))
            return end;

        // The close is text: the tokens before it are those whose text ends before it begins.
        ReadOnlyMemory<int> ids = generation.TokenIds;
        int at = (await Server.DetokenizeAsync(ids, cancellationToken)).IndexOf(close, StringComparison.Ordinal);
        if (at < 0)
            return end;
        (int before, int beyond) = (0, ids.Length);
        while (beyond - before > 1)
        {
            int middle = (before + beyond) / 2;
            if ((await Server.DetokenizeAsync(ids[..middle], cancellationToken)).Length <= at)
                before = middle;
            else
                beyond = middle;
        }

        return Math.Min(end, before);
    }

    private ReadOnlyMemory<byte> BodyOf(GenerationRequest request, bool stream)
    {
        var body = new ArrayBufferWriter<byte>(1024 + (7 * request.PromptTokens));
        Server.WriteRequest(body, request, sampling, Form, stream);
        return body.WrittenMemory;
    }

    private Generation Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Server.Read(json);
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{Server.GenerationUri} sent what is no completion: {fault.Message}", fault);
        }
    }
}
