using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Calibration.Endpoint.Serving;

/// <summary>The fields that vLLM 0.32.0 sends beside those that matter (recorded in shared/servers).</summary>
internal static class VllmShape
{
    internal const string Version = "0.32.0";

    private const long Created = 1_795_492_916;

    internal static IResult Models(EndpointOptions options) => Results.Json(new
    {
        @object = "list",
        data = new[]
        {
            new
            {
                id = options.Model,
                @object = "model",
                created = Created,
                owned_by = "vllm",
                root = options.Model,
                parent = (string?)null,
                max_model_len = options.ReportedContextTokens ?? options.ContextTokens,
                permission = new[]
                {
                    new
                    {
                        id = "modelperm-0",
                        @object = "model_permission",
                        created = Created,
                        allow_create_engine = false,
                        allow_sampling = true,
                        allow_logprobs = true,
                        allow_search_indices = false,
                        allow_view = true,
                        allow_fine_tuning = false,
                        organization = "*",
                        group = (string?)null,
                        is_blocking = false,
                    },
                },
            },
        },
    });

    internal static void WriteHead(Utf8JsonWriter json) => json.WriteNumber("created", Created);

    internal static void WriteChoice(Utf8JsonWriter json, bool stream)
    {
        json.WriteNull("logprobs");
        if (stream)
            return;
        json.WriteNull("prompt_logprobs");
        json.WriteNull("routed_experts");
    }

    internal static void WriteTail(Utf8JsonWriter json, bool stream)
    {
        json.WriteString("system_fingerprint", "vllm-0.32.0-00000000");
        if (!stream)
        {
            json.WriteNull("service_tier");
            json.WriteNull("kv_transfer_params");
            json.WriteNull("ec_transfer_params");
        }
    }

    /// <summary>The server's own times, as <c>--enable-per-request-metrics</c> reports them.</summary>
    internal static void WriteMetrics(Utf8JsonWriter json, ResponseTimes times, bool stream)
    {
        (double firstSeconds, double elapsedSeconds, int tokens) = times;
        double generation = 1000 * (elapsedSeconds - firstSeconds);
        json.WriteStartObject("metrics");
        json.WriteNumber("time_to_first_token_ms", 1000 * firstSeconds);
        json.WriteNumber("generation_time_ms", generation);
        json.WriteNumber("queue_time_ms", 0.01);
        json.WriteNumber("mean_itl_ms", generation / Math.Max(1, tokens - 1));
        json.WriteNumber("tokens_per_second", tokens / Math.Max(1e-6, elapsedSeconds));
        if (!stream)
            json.WriteNull("speculative_decoding");
        json.WriteEndObject();
    }
}

/// <summary>When a response's tokens came, by the server's clock.</summary>
/// <param name="FirstSeconds">Seconds to the first token.</param>
/// <param name="ElapsedSeconds">Seconds to the last one.</param>
/// <param name="Tokens">Number of tokens.</param>
internal readonly record struct ResponseTimes(double FirstSeconds, double ElapsedSeconds, int Tokens);
