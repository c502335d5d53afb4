using System.Text;
using System.Text.Json.Nodes;
using Calibration.Endpoint.Model;
using Microsoft.AspNetCore.Http;

namespace Calibration.Endpoint.Faults;

/// <summary>Puts the faults of a <see cref="FaultMix"/> between a route and its client.</summary>
internal sealed class FaultInjection(FaultMix mix)
{
    private const string Page =
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

    private long _arrived;
    private long _faults;

    /// <summary>Requests that got a fault.</summary>
    internal long Count => Interlocked.Read(ref _faults);

    internal async Task InvokeAsync(HttpContext context, RequestDelegate route)
    {
        ulong draw = SeededDraw.Hash(
            mix.Seed, "fault", Interlocked.Increment(ref _arrived).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (SeededDraw.Uniform(draw) >= mix.Share)
        {
            await route(context);
            return;
        }

        Interlocked.Increment(ref _faults);
        switch (mix.Kinds[(int)(SeededDraw.Mix(draw) % (ulong)mix.Kinds.Length)])
        {
            case EndpointFault.TooManyRequests:
                context.Response.Headers.RetryAfter = "1";
                await RefuseAsync(context, 429, "Too many requests");
                break;
            case EndpointFault.InternalError:
                await RefuseAsync(context, 500, "EngineCore encountered an issue");
                break;
            case EndpointFault.Unavailable:
                await RefuseAsync(context, 503, "Loading model");
                break;
            case EndpointFault.GatewayTimeout:
                await RefuseAsync(context, 504, "upstream request timeout");
                break;
            case EndpointFault.BadGateway:
                await HtmlAsync(context, 502);
                break;
            case EndpointFault.Html:
                await HtmlAsync(context, 200);
                break;
            case EndpointFault.Reset:
                context.Abort();
                break;
            case EndpointFault.Stall:
                await Task.Delay(mix.StallTime, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                break;
            case EndpointFault.Mutated when !context.Request.Path.Value!.EndsWith("/completions", StringComparison.Ordinal):
                // A changed token of a prompt cannot be recognised.
                await route(context);
                break;
            case var kind:
                await ChangeAsync(context, route, kind, SeededDraw.Mix(draw ^ 0xFA17));
                break;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type = "Fault", param = (string?)null, code = status } });
    }

    private static Task HtmlAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync(Page);
    }

    private static async Task ChangeAsync(HttpContext context, RequestDelegate route, EndpointFault kind, ulong draw)
    {
        Stream client = context.Response.Body;
        using var whole = new MemoryStream();
        context.Response.Body = whole;
        await route(context);
        context.Response.Body = client;
        byte[] body = whole.ToArray();
        if (kind == EndpointFault.Truncated)
        {
            context.Response.ContentLength = body.Length;
            await client.WriteAsync(body.AsMemory(0, body.Length / 2));
            await client.FlushAsync();
            context.Abort();
            return;
        }

        byte[] changed = kind switch
        {
            EndpointFault.MalformedJson => body[..(body.Length / 2)],
            EndpointFault.Mutated => Mutate(body, draw),
            _ => Rewrite(body, kind),
        };
        context.Response.ContentLength = changed.Length;
        await client.WriteAsync(changed);
    }

    private static byte[] Rewrite(byte[] body, EndpointFault kind)
    {
        string text = Encoding.UTF8.GetString(body);
        if (!text.StartsWith("data: ", StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(RewriteJson(text, kind));
        return Encoding.UTF8.GetBytes(string.Join('\n', text.Split('\n').Select(line =>
            line.StartsWith("data: {", StringComparison.Ordinal) ? "data: " + RewriteJson(line["data: ".Length..], kind) : line)));
    }

    private static string RewriteJson(string json, EndpointFault kind)
    {
        JsonObject root = JsonNode.Parse(json)!.AsObject();
        JsonObject? choice = (root["choices"] as JsonArray)?.FirstOrDefault()?.AsObject();
        switch (kind)
        {
            case EndpointFault.NoUsage:
                root.Remove("usage");
                break;
            case EndpointFault.LyingUsage when root["usage"] is JsonObject usage:
                usage["completion_tokens"] = usage["completion_tokens"]!.GetValue<int>() + 7;
                break;
            case EndpointFault.EmptyChoices:
                root["choices"] = new JsonArray();
                break;
            case EndpointFault.NullFinish when choice is not null:
                choice["finish_reason"] = null;
                break;
            case EndpointFault.Abort when choice is not null && choice["finish_reason"] is not null:
                choice["finish_reason"] = "abort";
                break;
            default:
                break;
        }

        return root.ToJsonString();
    }

    /// <summary>One to eight changes of a byte, a missing stretch, or a doubled stretch.</summary>
    private static byte[] Mutate(byte[] body, ulong draw)
    {
        var bytes = new List<byte>(body);
        for (ulong changes = 1 + (draw % 8); changes > 0 && bytes.Count > 0; changes--)
        {
            draw = SeededDraw.Mix(draw);
            int at = (int)(draw % (ulong)bytes.Count), length = (int)Math.Min((ulong)(bytes.Count - at), 1 + ((draw >> 32) % 24));
            switch ((draw >> 48) % 4)
            {
                case 0:
                    bytes[at] = (byte)(draw >> 40);
                    break;
                case 1:
                    bytes[at] = (byte)"0123456789,:[]{}\"\\"[(int)((draw >> 40) % 18)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }
}
