using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness;

/// <summary>Gives the text of stored token ids, by a server of the model that generated them.</summary>
public sealed class Detokenizer
{
    private readonly IServerDialect _server;

    private Detokenizer(IServerDialect server) => _server = server;

    /// <summary>Finds the model on a server.</summary>
    /// <param name="client">The server.</param>
    /// <param name="model">The model's name there.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="EndpointException">The server cannot be used, or serves another model; the message says why.</exception>
    /// <exception cref="EndpointLostException">The server does not answer.</exception>
    public static async Task<Detokenizer> OpenAsync(EndpointClient client, string model, CancellationToken cancellationToken) =>
        new(await ServerDetection.DetectAsync(client, model, cancellationToken));

    /// <summary>The text of some tokens.</summary>
    /// <exception cref="EndpointException">The server refused.</exception>
    public Task<string> TextOfAsync(ReadOnlyMemory<int> ids, CancellationToken cancellationToken) =>
        _server.DetokenizeAsync(ids, cancellationToken);
}
