using System.Buffers;
using System.Text.Json;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>A server that generates tokens, by token ids or by text.</summary>
internal interface ICompletionServer
{
    /// <summary>What the server said of itself.</summary>
    EndpointFacts Facts { get; }

    /// <summary>Where generations are asked for.</summary>
    Uri GenerationUri { get; }

    /// <summary>
    /// Whether no way was seen on a running server by which a request is kept from what other requests left in the prefix cache.
    /// </summary>
    bool NeedsUniquePrefix { get; }

    /// <summary>
    /// Whether the server does not say what ended a generation of text: there the ends of the turn are masked, and only the stop text ends
    /// it.
    /// </summary>
    bool MasksEndsWithStopText { get; }

    /// <summary>Writes a request's JSON body.</summary>
    void WriteRequest(IBufferWriter<byte> output, GenerationRequest request, RequestSettings settings, bool stream);

    /// <summary>Reads a complete response, or one event of a stream.</summary>
    /// <exception cref="JsonException">It is not what this kind of server sends.</exception>
    Generation Read(ReadOnlyMemory<byte> json);

    /// <summary>The server's load by its own words, or null where it does not report it.</summary>
    /// <exception cref="Transport.EndpointException">It cannot be reached.</exception>
    Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>How one kind of server is spoken to by token ids (facts and traps: docs/servers.md).</summary>
internal interface IServerDialect : ICompletionServer
{
    /// <summary>
    /// Whether streams hold back the ids of a character's first bytes, never send them, and report them only in their count.
    /// </summary>
    bool HoldsBackIds { get; }

    /// <summary>The server's own limit of thinking; absent where it has none.</summary>
    ServerThinkingBudget? ThinkingBudget { get; }

    /// <summary>What a user should know of the evidence for this dialect; empty where it was seen on a running server.</summary>
    string Caveat { get; }

    /// <summary>Token ids of a text in which special tokens stand for themselves.</summary>
    Task<int[]> TokenizeAsync(string text, CancellationToken cancellationToken);

    /// <summary>Text of token ids.</summary>
    Task<string> DetokenizeAsync(ReadOnlyMemory<int> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Token ids of a user's message in the model's own chat template, up to where the assistant's turn begins; null where the server has
    /// no route that renders it.
    /// </summary>
    Task<int[]?> RenderChatAsync(string userMessage, bool thinking, CancellationToken cancellationToken);

    /// <summary>The same as text; null where the server has no route that gives it.</summary>
    Task<string?> RenderChatTextAsync(string userMessage, bool thinking, CancellationToken cancellationToken);
}

/// <summary>A server's own limit of thinking, which a probe tries and counts.</summary>
/// <param name="Name">Server and parameter.</param>
/// <param name="IsOfChat">Whether only the chat route knows it, which gives text; else completions know it.</param>
/// <param name="Write">Writes it into a request's JSON.</param>
internal sealed record ServerThinkingBudget(string Name, bool IsOfChat, Action<Utf8JsonWriter, int> Write);
