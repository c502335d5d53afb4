using System.Text.Json;

namespace Calibration.Harness.Servers;

/// <summary>The tokenize routes, which answer alike.</summary>
internal static class Tokens
{
    internal static Task<int[]> AskAsync(EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        AskAsync(client, uri, body, root => root.Ids("tokens"), cancellationToken);

    internal static Task<string> TextAsync(EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, string member, CancellationToken cancellationToken) =>
        AskAsync(client, uri, body, root => root.Text(member), cancellationToken);

    private static async Task<T> AskAsync<T>(
        EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.PostAsync(uri, body, cancellationToken);
        if (!reply.IsSuccess)
            throw reply.Fault(uri);
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            return read(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{uri} did not answer with tokens: {fault.Message}", fault);
        }
    }
}
