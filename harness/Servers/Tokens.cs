using System.Text.Json;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Servers;

/// <summary>The tokenize routes, which answer alike.</summary>
internal static class Tokens
{
    internal static Task<int[]> AskAsync(EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        AskAsync(
            client,
            uri,
            body,
            root => root.Member("tokens") is null ? throw new JsonException("there are none") : root.Ids("tokens"),
            cancellationToken);

    internal static Task<string> TextAsync(
        EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, string member, CancellationToken cancellationToken) =>
        AskAsync(
            client,
            uri,
            body,
            root =>
                root.Member(member) is { ValueKind: JsonValueKind.String }
                    ? root.Text(member)
                    : throw new JsonException($"there is no {member}"),
            cancellationToken);

    private static Task<T> AskAsync<T>(
        EndpointClient client, Uri uri, ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        client.RetryAsync(
            async (_, cancelled) =>
            {
                EndpointReply reply = await client.PostAsync(uri, body, tokens: 0, cancelled);
                if (!reply.IsSuccess)
                    throw reply.Fault(uri);
                try
                {
                    return ResponseReading.Read(reply.Body.ToMemory(), read);
                }
                catch (JsonException fault)
                {
                    throw new EndpointException($"{uri} did not answer with tokens: {fault.Message}", fault) { MayPass = true };
                }
            },
            cancellationToken);
}
