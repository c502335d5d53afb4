using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Json;
using Calibration.Datasets;
using Calibration.Endpoint.Model;
using Microsoft.AspNetCore.Http;

namespace Calibration.Endpoint.Serving;

/// <summary><c>POST /v1/completions</c>, at once or streamed.</summary>
internal sealed class CompletionRoute(EndpointOptions options) : IDisposable
{
    private readonly PrefixBlocks _cache = new();
    private readonly ServingSlots _slots = new(options.Slots, options.QueueLimit);
    private long _served;
    private long _refused;

    private long _generated;

    private readonly SharedSpeed? _speed = options.TotalTokensPerSecond is { } perSecond ? new SharedSpeed(perSecond) : null;

    private readonly HiddenTruth _truth = new(options.Seed, options.Truth);

    private readonly Dictionary<string, Problem> _problems = options.Problems
        .GroupBy(problem => problem.Prompt, StringComparer.Ordinal).ToDictionary(
            group => group.Key, group => group.First(), StringComparer.Ordinal);

    public void Dispose() => _slots.Dispose();

    internal async Task HandleAsync(HttpContext context)
    {
        CompletionRequest request;
        try
        {
            request = await ReadAsync(context.Request.BodyReader, context.RequestAborted);
        }
        catch (JsonException fault)
        {
            string message = $"1 validation error:{(fault.Message.StartsWith('\n') ? "" : " ")}{fault.Message}";
            await RefuseAsync(context, new Refusal(400, "Bad Request", message, fault.Path is { } field ? "body." + field : null));
            return;
        }

        if (RequestRules.RefusalOf(request, options) is { } refusal)
            await RefuseAsync(context, refusal);
        else if (!await _slots.EnterAsync(context.RequestAborted))
            await RefuseBusyAsync(context);
        else
            await ServeAsync(context, request);
    }

    /// <summary>Tokens that were generated so far, also for requests that were given up.</summary>
    internal long GeneratedTokens => Interlocked.Read(ref _generated);

    /// <summary>Requests that were refused for what they asked.</summary>
    internal long RefusedCount => Interlocked.Read(ref _refused);

    /// <summary>Seconds that slots have worked, summed over the slots.</summary>
    internal double BusySlotSeconds => _slots.BusySeconds;

    /// <summary>The load, in vLLM's words.</summary>
    internal Task WriteMetricsAsync(HttpContext context)
    {
        (int working, int queued) = _slots.Load;
        string labels = $"{{engine=\"0\",model_name=\"{options.Model}\"}}";
        return context.Response.WriteAsync(FormattableString.Invariant(
            $"vllm:num_requests_running{labels} {working}.0\nvllm:num_requests_waiting{labels} {queued}.0\n"));
    }

    private async Task ServeAsync(HttpContext context, CompletionRequest request)
    {
        try
        {
            Task least = options.MinServiceTime > TimeSpan.Zero
                ? Task.Delay(options.MinServiceTime, context.RequestAborted)
                : Task.CompletedTask;
            using var turn = new Turn(_speed);
            try
            {
                await AnswerAsync(context, request, least, turn);
            }
            finally
            {
                Interlocked.Add(ref _generated, turn.Generated);
            }
        }
        finally
        {
            _slots.Leave();
        }
    }

    private Task RefuseBusyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return RefuseAsync(context, new Refusal(429, "TooManyRequests", "The queue is full."));
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

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, Task least, Turn turn)
    {
        PromptReading prompt = PromptReading.Of(request.Prompt, _problems);
        string group = request.User.Length > 0 ? request.User : request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (options.Unrepeatable)
            group = FormattableString.Invariant($"{group}#{Interlocked.Increment(ref _served)}");
        var generation = new Generation(prompt, _truth, group);
        ulong jitter = SeededDraw.Hash(
            options.Seed, "jitter", group, request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int cached = options.AsVllm ? _cache.Enter(request.CacheSalt, request.Prompt) : 0;
        var service = new SimulatedService(prompt, _truth.Of(prompt.Problem), jitter, (double)cached / request.Prompt.Length);
        var response = new CompletionResponse(request, options, service) { CachedTokens = cached };
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
                await PaceAsync(turn, response, context.RequestAborted);
                response.FirstTokenSeconds ??= turn.Seconds;
                response.WriteChunk(context.Response.BodyWriter, last: response.Stopped || response.Tokens.Count == limit);
                if (options.IsRealTime || response.Tokens.Count % 64 == 0)
                    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                if (options.Log is not null)
                    tokenSeconds.Add(turn.Seconds);
            }
        }

        if (!request.Stream)
        {
            await PaceAsync(turn, response, context.RequestAborted);
            context.Response.ContentType = "application/json";
        }

        if (options.AsVllm)
            _cache.Enter(request.CacheSalt, [.. request.Prompt, .. response.Tokens]);
        await least;
        turn.Generated = response.Tokens.Count;
        response.TotalSeconds = turn.Seconds;
        response.WriteEnd(context.Response.BodyWriter);
        if (!request.Stream)
            context.Response.ContentLength = context.Response.BodyWriter.UnflushedBytes;
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        options.Log?.Report(new ServedRequest(
            request.User, request.Prompt.Length, request.MaxTokens, prompt.ThinkingTokens, prompt.Closed, ThinkingOf(request.Prompt,
            prompt), tokenSeconds.ToImmutable(), turn.Seconds));
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

    /// <summary>Waits until the newest token is due.</summary>
    private async Task PaceAsync(Turn turn, CompletionResponse response, CancellationToken cancellationToken)
    {
        if (_speed is not null)
            await turn.WaitForAsync(response.Tokens.Count, cancellationToken);
        else if (options.Paced && options.FixedTime.TotalSeconds + response.ElapsedSeconds - turn.Seconds is > 0 and var ahead)
            await Task.Delay(TimeSpan.FromSeconds(ahead), cancellationToken);
    }

    private Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        (int status, string type, string message, string? param) = refusal;
        if (status != 429)
            Interlocked.Increment(ref _refused);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type, param, code = status } });
    }

    /// <summary>One running request, by the endpoint's own clock.</summary>
    private sealed class Turn : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly SharedSpeed? _speed;
        private readonly double _joinedAt;
        private int? _generated;

        internal Turn(SharedSpeed? speed)
        {
            this._speed = speed;
            _joinedAt = speed?.Join() ?? 0;
        }

        internal double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

        /// <summary>
        /// Tokens generated: all of the answer once it is complete; of an abandoned one, what the shared speed had given it.
        /// </summary>
        internal int Generated
        {
            get => _generated ?? (int)(_speed?.TokensSince(_joinedAt) ?? 0);
            set => _generated = value;
        }

        public void Dispose() => _speed?.Leave();

        internal Task WaitForAsync(int tokens, CancellationToken cancellationToken) =>
            _speed!.WaitForAsync(_joinedAt, tokens, cancellationToken);
    }
}
