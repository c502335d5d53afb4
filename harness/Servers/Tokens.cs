using System.Text.Json;

namespace Calibration.Harness.Servers;

/// <summary>The tokenize routes, which answer alike.</summary>
internal static class Tokens
{
    internal static async Task<int[]> AskAsync(EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.PostAsync(uri, body, cancellationToken);
        if (!reply.IsSuccess)
            throw reply.Fault(uri);
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            return document.RootElement.Ids("tokens");
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{uri} did not answer with tokens: {fault.Message}", fault);
        }
    }
}
