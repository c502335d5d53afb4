using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using Calibration.Datasets;
using Microsoft.AspNetCore.Http;

namespace Calibration.Endpoint;

/// <summary><c>POST /v1/completions</c>, whole or streamed.</summary>
internal sealed class CompletionRoute(EndpointOptions options) : IDisposable
{
    private readonly PrefixBlocks cache = new();
    private readonly ServingSlots slots = new(options.Slots, options.QueueLimit);
    private long served;

    private readonly HiddenTruth truth = new(options.Seed);

    private readonly Dictionary<string, Problem> problems = options.Problems
        .GroupBy(problem => problem.Prompt, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    public void Dispose() => slots.Dispose();

    internal async Task HandleAsync(HttpContext context)
    {
        CompletionRequest request;
        try
        {
            request = await ReadAsync(context.Request.BodyReader, context.RequestAborted);
        }
        catch (JsonException fault)
        {
            await RefuseAsync(context, 400, "Bad Request", $"1 validation error: {fault.Message}", fault.Path is { } field ? "body." + field : null);
            return;
        }

        if (request.Model.Length > 0 && request.Model != options.Model)
            await RefuseAsync(context, 404, "NotFoundError", $"The model `{request.Model}` does not exist. Valid aliases: {options.Model}.", "model");
        else if (request.MaxTokens < 1)
            await RefuseAsync(context, 400, "BadRequestError", $"max_tokens must be at least 1, got {request.MaxTokens}. (parameter=max_tokens, value={request.MaxTokens})", "max_tokens");
        else if (request.MaxTokens > options.ContextTokens)
            await RefuseAsync(context, 400, "BadRequestError", $"max_tokens={request.MaxTokens} cannot be greater than max_model_len={options.ContextTokens}. Please request fewer output tokens. (parameter=max_tokens, value={request.MaxTokens})", "max_tokens");
        else if (request.Prompt.Length >= options.ContextTokens)
            await RefuseAsync(context, 400, "BadRequestError", $"This model's maximum context length is {options.ContextTokens} tokens, and your prompt contains {request.Prompt.Length}.");
        else if (request.Prompt.FirstOrDefault(id => !ByteTokenizer.IsKnown(id), -1) is >= 0 and int unknown)
            await RefuseAsync(context, 400, "BadRequestError", $"Token id {unknown} is out of vocabulary");
        else if (!await slots.EnterAsync(context.RequestAborted))
            await RefuseBusyAsync(context);
        else
            await ServeAsync(context, request);
    }

    /// <summary>Seconds that slots have worked, summed over the slots.</summary>
    internal double BusySlotSeconds => slots.BusySeconds;

    /// <summary>The load, in vLLM's words.</summary>
    internal Task WriteMetricsAsync(HttpContext context)
    {
        (int working, int queued) = slots.Load;
        string labels = $"{{engine=\"0\",model_name=\"{options.Model}\"}}";
        return context.Response.WriteAsync(FormattableString.Invariant($"vllm:num_requests_running{labels} {working}.0\nvllm:num_requests_waiting{labels} {queued}.0\n"));
    }

    private async Task ServeAsync(HttpContext context, CompletionRequest request)
    {
        try
        {
            Task least = options.LeastServiceTime > TimeSpan.Zero ? Task.Delay(options.LeastServiceTime, context.RequestAborted) : Task.CompletedTask;
            await AnswerAsync(context, request, least);
        }
        finally
        {
            slots.Leave();
        }
    }

    private static Task RefuseBusyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return RefuseAsync(context, 429, "TooManyRequests", "The queue is full.");
    }

    private static async Task<CompletionRequest> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                CompletionRequest request = CompletionRequest.Read(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                return request;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, Task least)
    {
        long start = Stopwatch.GetTimestamp();
        PromptReading prompt = PromptReading.Of(request.Prompt, problems);
        string group = request.User.Length > 0 ? request.User : request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (options.Unrepeatable)
            group = FormattableString.Invariant($"{group}#{Interlocked.Increment(ref served)}");
        var generation = new Generation(prompt, truth, group);
        ulong jitter = SeededDraw.Hash(options.Seed, "jitter", group, request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int cached = options.AsVllm ? cache.Enter(request.CacheSalt, request.Prompt) : 0;
        var response = new CompletionResponse(request, options, new SimulatedService(prompt, jitter, (double)cached / request.Prompt.Length), cached);
        var tokenSeconds = ImmutableArray.CreateBuilder<double>();

        // A request that does not fit the context is cut without a word, as vLLM does it.
        int limit = Math.Min(Math.Min(request.MaxTokens, options.OutputLimit), options.ContextTokens - request.Prompt.Length);
        if (request.Stream)
            context.Response.ContentType = "text/event-stream; charset=utf-8";
        while (response.Tokens.Count < limit && !response.Stopped)
        {
            int count = response.Tokens.Count;
            int token = generation.Next(endsMasked: count < request.MinTokens);
            response.Add(token, StopReasonOf(token, request, count));
            if (request.Stream)
            {
                await PaceAsync(start, response.ElapsedSeconds, context.RequestAborted);
                response.WriteChunk(context.Response.BodyWriter, last: response.Stopped || response.Tokens.Count == limit);
                if (options.Paced || response.Tokens.Count % 64 == 0)
                    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                if (options.Log is not null)
                    tokenSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        if (!request.Stream)
        {
            await PaceAsync(start, response.ElapsedSeconds, context.RequestAborted);
            context.Response.ContentType = "application/json";
        }

        if (options.AsVllm)
            cache.Enter(request.CacheSalt, [.. request.Prompt, .. response.Tokens]);
        await least;
        response.WriteEnd(context.Response.BodyWriter);
        if (!request.Stream)
            context.Response.ContentLength = context.Response.BodyWriter.UnflushedBytes;
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        options.Log?.Report(new ServedRequest(
            request.User, request.Prompt.Length, request.MaxTokens, prompt.ThinkingTokens, prompt.Closed, ThinkingOf(request.Prompt, prompt), tokenSeconds.ToImmutable(), Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private static ReadOnlyMemory<int> ThinkingOf(int[] ids, PromptReading prompt)
    {
        int start = ids.AsSpan().LastIndexOf(ByteTokenizer.ThinkOpen) + 1;
        while (start > 0 && start < ids.Length && ids[start] == ByteTokenizer.NewLine)
            start++;
        return ids.AsMemory(start, prompt.ThinkingTokens);
    }

    private static StopReason StopReasonOf(int token, CompletionRequest request, int count)
    {
        if (count >= request.MinTokens && request.StopTokenIds.Contains(token))
            return StopReason.StopToken;
        return token == ByteTokenizer.TurnEnd && !request.IgnoreEos && count >= request.MinTokens ? StopReason.EndOfTurn : StopReason.None;
    }

    private async Task PaceAsync(long start, double dueSeconds, CancellationToken cancellationToken)
    {
        if (!options.Paced)
            return;
        double ahead = dueSeconds - Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (ahead > 0)
            await Task.Delay(TimeSpan.FromSeconds(ahead), cancellationToken);
    }

    private static Task RefuseAsync(HttpContext context, int status, string type, string message, string? param = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type, param, code = status } });
    }
}
