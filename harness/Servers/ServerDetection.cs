using System.Text.Json;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>Finds out which kind of server an endpoint is, and what it serves.</summary>
public static class ServerDetection
{
    /// <summary>Asks the endpoint who it is.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">It cannot be reached, serves another model, or is of no known kind.</exception>
    public static async Task<IServerDialect> DetectAsync(EndpointClient client, string? model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var uri = new Uri(client.Api, "models");
        JsonElement entry = await ModelAsync(client, model, cancellationToken);
        string owner = entry.Text("owned_by");
        string name = entry.Text("id");
        string url = client.Api.GetLeftPart(UriPartial.Path);
        return owner switch
        {
            "vllm" => new VllmDialect(client, new EndpointFacts(url, "vllm", await VersionAsync(client, "version", cancellationToken), name, ContextOf(entry, uri), false, false)),
            "calibration" => new VllmDialect(client, new EndpointFacts(url, "embedded", await VersionAsync(client, "version", cancellationToken), name, ContextOf(entry, uri), true, entry.Member("paced") is { ValueKind: JsonValueKind.True })),

            // Read in its sources, not run: calibrate probe proves it at run time or refuses.
            "sglang" => new VllmDialect(client, new EndpointFacts(url, "sglang", await VersionAsync(client, "server_info", cancellationToken), name, ContextOf(entry, uri), false, false)),
            "llamacpp" => await LlamaCppAsync(client, url, name, cancellationToken),
            _ => throw new EndpointException(
                $"{uri} is owned by \"{owner}\", which is no server that returns token ids as this version needs them (vLLM, SGLang, llama.cpp): --road text measures what its text and its counts allow."),
        };
    }

    /// <summary>The entry of the wanted model, or of the only one.</summary>
    internal static async Task<JsonElement> ModelAsync(EndpointClient client, string? model, CancellationToken cancellationToken) =>
        ModelIn(await ModelsAsync(client, cancellationToken), new Uri(client.Api, "models"), model);

    /// <summary>Whether the address is one of an OpenAI-compatible API that answers.</summary>
    /// <exception cref="EndpointException">It is not; the message says what to try.</exception>
    /// <exception cref="EndpointLostException">It does not answer, or refuses every request as one too many.</exception>
    public static Task ReachAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return ModelsAsync(client, cancellationToken);
    }

    private static async Task<JsonElement> ModelsAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        await PlainHttpCheck.RefuseAsync(client.Api, cancellationToken);
        try
        {
            return await DocumentAsync(client, new Uri(client.Api, "models"), cancellationToken);
        }
        catch (EndpointException fault) when ((fault.Status is 404 or 405 || fault.InnerException is JsonException) && client.Root == client.Api)
        {
            throw new EndpointException($"{fault.Message.TrimEnd('.', '?')}: try {client.Api}v1.", fault) { Status = fault.Status };
        }
    }

    private static Task<JsonElement> DocumentAsync(EndpointClient client, Uri uri, CancellationToken cancellationToken) => client.PatientlyAsync(
        async (_, cancelled) =>
        {
            EndpointReply reply = await client.GetAsync(uri, cancelled);
            if (!reply.IsSuccess)
                throw reply.Fault(uri);
            try
            {
                using JsonDocument document = JsonDocument.Parse(reply.Body);
                return document.RootElement.Clone();
            }
            catch (JsonException fault)
            {
                throw new EndpointException($"{uri} did not answer with JSON: is {client.Api} the address of an OpenAI-compatible API?", fault) { MayPass = true };
            }
        },
        cancellationToken);

    private static JsonElement ModelIn(JsonElement document, Uri uri, string? model)
    {
        List<JsonElement> entries = document.Member("data") is { ValueKind: JsonValueKind.Array } data ? [.. data.EnumerateArray()] : [];
        string names = string.Join(", ", entries.Select(entry => entry.Text("id")));
        if (model is null)
            return entries.Count == 1 ? entries[0] : throw new EndpointException($"{uri} serves {entries.Count} models ({names}): name one with --model.");
        JsonElement found = entries.FirstOrDefault(entry => entry.Text("id") == model);
        return found.ValueKind == JsonValueKind.Object ? found : throw new EndpointException($"{uri} does not serve a model {model}; it serves {names}.");
    }

    private static int ContextOf(JsonElement entry, Uri uri) =>
        entry.Count("max_model_len") ?? throw new EndpointException($"{uri} does not tell the model's context length (max_model_len).");

    /// <summary>The version is only kept: a server that does not tell it is as good.</summary>
    private static async Task<string> VersionAsync(EndpointClient client, string route, CancellationToken cancellationToken)
    {
        try
        {
            return (await DocumentAsync(client, new Uri(client.Root, route), cancellationToken)).Text("version");
        }
        catch (EndpointException fault) when (fault.Status != 0)
        {
            return "";
        }
    }

    private static async Task<IServerDialect> LlamaCppAsync(EndpointClient client, string url, string model, CancellationToken cancellationToken)
    {
        var uri = new Uri(client.Root, "props");
        JsonElement properties = await DocumentAsync(client, uri, cancellationToken);
        int context = properties.Member("default_generation_settings")?.Count("n_ctx")
            ?? throw new EndpointException($"{uri} does not tell the context length (n_ctx).");
        return new LlamaCppDialect(client, new EndpointFacts(url, "llamacpp", properties.Text("build_info"), model, context, false, false));
    }
}
