using System.Buffers;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>How one kind of server is spoken to (facts and traps: docs/servers.md).</summary>
public interface IServerDialect
{
    /// <summary>What the server said of itself.</summary>
    EndpointFacts Facts { get; }

    /// <summary>
    /// Whether streams hold back the ids of a character's first bytes, never send them, and tell of them only by their count.
    /// </summary>
    bool HoldsBackIds { get; }

    /// <summary>Whether no way was seen on a running server by which a request is kept from what other requests left in the prefix cache.</summary>
    bool NeedsUniquePrefix { get; }

    /// <summary>Where generations are asked for.</summary>
    Uri GenerationUri { get; }

    /// <summary>Token ids of a text in which special tokens stand for themselves.</summary>
    Task<int[]> TokenizeAsync(string text, CancellationToken cancellationToken);

    /// <summary>Text of token ids.</summary>
    Task<string> DetokenizeAsync(ReadOnlyMemory<int> ids, CancellationToken cancellationToken);

    /// <summary>Token ids of a user's message in the model's own chat template, up to where the assistant's turn begins.</summary>
    Task<int[]> RenderChatAsync(string userMessage, bool thinking, CancellationToken cancellationToken);

    /// <summary>Writes a request's JSON body.</summary>
    void WriteRequest(IBufferWriter<byte> output, GenerationRequest request, SamplingSettings sampling, ThinkingForm form, bool stream);

    /// <summary>The server's load by its own words, or null where it does not tell.</summary>
    /// <exception cref="EndpointException">It cannot be reached.</exception>
    Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Reads a whole response, or one event of a stream.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not what this kind of server sends.</exception>
    Generation Read(ReadOnlyMemory<byte> json);
}
