using System.Text.Json;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>Finds out which kind of server an endpoint is, and what it serves.</summary>
public static class ServerDetection
{
    /// <summary>Asks the endpoint who it is, to speak to it by token ids.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">It cannot be reached, serves another model, or is of no known kind.</exception>
    internal static async Task<IServerDialect> DetectAsync(EndpointClient client, string? model, CancellationToken cancellationToken)
    {
        var uri = new Uri(client.Api, "models");
        JsonElement entry = await ModelAsync(client, model, cancellationToken);
        string owner = entry.Text("owned_by");
        (string version, int context) = owner switch
        {
            "vllm" or "calibration" => (await VersionAsync(client, "version", cancellationToken), ContextOf(entry, uri)),
            "sglang" => (await VersionAsync(client, "server_info", cancellationToken), ContextOf(entry, uri)),
            "llamacpp" => await LlamaCppAsync(client, cancellationToken),
            _ => throw new EndpointException(
                $"{uri} belongs to \"{owner}\", which is not a known server with token ids (vLLM, SGLang, llama.cpp): use "
                    + $"{{PromptFormat}} text."),
        };
        return DialectOf(client, owner, FactsOf(client, entry, version, context))!;
    }

    /// <summary>The same, to speak to it by text.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="contextTokens">The model's context length, if the server does not report it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">It cannot be reached, serves another model, or does not report the context.</exception>
    internal static async Task<TextCompletions> DetectTextAsync(
        EndpointClient client, string? model, int? contextTokens, CancellationToken cancellationToken)
    {
        JsonElement entry = await ModelAsync(client, model, cancellationToken);
        int context = contextTokens ?? entry.Count("max_model_len") ?? entry.Member("meta")?.Count("n_ctx")
            ?? throw new EndpointException($"{client.Api} does not report the model's context length: give it with {{Context}}.");
        EndpointFacts facts = FactsOf(client, entry, version: "", context);
        if (facts.Server == "llamacpp")
            await KeepToSlotsAsync(client, cancellationToken);
        return new TextCompletions(client, facts, DialectOf(client, entry.Text("owned_by"), facts));
    }

    private static IServerDialect? DialectOf(EndpointClient client, string owner, EndpointFacts facts) => owner switch
    {
        "vllm" or "calibration" => new VllmDialect(client, facts),
        "sglang" => new SglangDialect(client, facts),
        "llamacpp" => new LlamaCppDialect(client, facts),
        _ => null,
    };

    private static EndpointFacts FactsOf(EndpointClient client, JsonElement entry, string version, int context)
    {
        string owner = entry.Text("owned_by");
        bool simulated = owner == "calibration";
        bool paced = simulated && entry.Member("paced") is { ValueKind: JsonValueKind.True };
        return new EndpointFacts(
            client.Api.GetLeftPart(UriPartial.Path), simulated ? "embedded" : owner, version, entry.Text("id"), context, simulated, paced);
    }

    /// <summary>The entry of the wanted model, or of the only one.</summary>
    private static async Task<JsonElement> ModelAsync(EndpointClient client, string? model, CancellationToken cancellationToken) =>
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
        await client.RefusePlainHttpAsync(cancellationToken);
        try
        {
            return await DocumentAsync(client, new Uri(client.Api, "models"), cancellationToken);
        }
        catch (EndpointException fault) when ((fault.Status is 404 or 405 || fault.InnerException is JsonException)
            && client.Root == client.Api)
        {
            throw new EndpointException($"{fault.Message.TrimEnd('.', '?')}: try {client.Api}v1.", fault) { Status = fault.Status };
        }
    }

    private static Task<JsonElement> DocumentAsync(EndpointClient client, Uri uri, CancellationToken cancellationToken) =>
        client.RetryAsync(
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
                    throw new EndpointException(
                        $"{uri} did not answer with JSON: is {client.Api} the address of an OpenAI-compatible API?", fault)
                    {
                        MayPass = true,
                    };
                }
            },
            cancellationToken);

    private static JsonElement ModelIn(JsonElement document, Uri uri, string? model)
    {
        List<JsonElement> entries = document.Member("data") is { ValueKind: JsonValueKind.Array } data ? [.. data.EnumerateArray()] : [];
        string names = string.Join(", ", entries.Select(entry => entry.Text("id")));
        if (model is null)
            return entries.Count == 1
                ? entries[0]
                : throw new EndpointException($"{uri} serves {entries.Count} models ({names}): name one with {{Model}}.");
        JsonElement found = entries.FirstOrDefault(entry => entry.Text("id") == model);
        return found.ValueKind == JsonValueKind.Object
            ? found
            : throw new EndpointException($"{uri} does not serve a model {model}; it serves {names}.");
    }

    private static int ContextOf(JsonElement entry, Uri uri) =>
        entry.Count("max_model_len") ?? throw new EndpointException($"{uri} does not report the model's context length (max_model_len).");

    /// <summary>The version is only stored; a server without one works too.</summary>
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

    private static async Task<(string Version, int ContextTokens)> LlamaCppAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        var uri = new Uri(client.Root, "props");
        JsonElement properties = await DocumentAsync(client, uri, cancellationToken);
        int context = properties.Member("default_generation_settings")?.Count("n_ctx")
            ?? throw new EndpointException($"{uri} does not report the context length (n_ctx).");
        KeepToSlots(client, properties);
        return (properties.Text("build_info"), context);
    }

    /// <summary>By text a server works without its properties too, such as one behind a gateway.</summary>
    private static async Task KeepToSlotsAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        try
        {
            KeepToSlots(client, await DocumentAsync(client, new Uri(client.Root, "props"), cancellationToken));
        }
        catch (EndpointException fault) when (fault.Status != 0)
        {
        }
    }

    private static void KeepToSlots(EndpointClient client, JsonElement properties)
    {
        if (properties.Count("total_slots") is { } slots)
            client.Slots.AtMost(slots);
    }
}
