using System.Collections.Concurrent;
using System.Net;
using Calibration.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>How often and for how long an endpoint is asked again. No time passes in these tests but that of the waits.</summary>
public sealed class RetryTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private static readonly Uri Api = new("http://endpoint/v1");

    /// <summary>A limit that no wait reaches unless the test is about it.</summary>
    private static readonly RetryPolicy Policy = RetryPolicy.Overnight with { Idle = TimeSpan.FromMinutes(10) };

    private readonly SteppingClock _clock = new();
    private readonly ConcurrentQueue<string> _notices = new();

    [Fact]
    public async Task Retry_FaultsThatPass_WaitsTwiceAsLongEachTime()
    {
        using EndpointClient client = Open(_ => Ok());
        int asked = 0;
        Task<int> asking = client.RetryAsync((_, _) => asked++ < 4 ? throw Fault(503) : Task.FromResult(asked), Cancelled);
        Assert.Equal([0.1, 0.2, 0.4, 0.8], await _clock.PassAsync(asking));
        Assert.Equal(5, await asking);
        Assert.Equal(4, client.Traffic.Resent);
    }

    /// <summary>Half of each wait is certain; the jitter adds up to a whole one.</summary>
    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(0.75, 0.125)]
    public async Task Retry_Jitter_SpreadsTheWait(double jitter, double seconds)
    {
        using EndpointClient client = Open(_ => Ok(), jitter: jitter);
        int asked = 0;
        Task<int> asking = client.RetryAsync((_, _) => asked++ < 1 ? throw Fault(503) : Task.FromResult(asked), Cancelled);
        Assert.Equal([seconds], await _clock.PassAsync(asking));
        await asking;
    }

    [Fact]
    public async Task Retry_FaultInEveryTryOfAHealthyEndpoint_IsThrownAfterEight()
    {
        using EndpointClient client = Open(_ => Ok());
        int asked = 0;
        Task<int> asking = client.RetryAsync<int>(
            (_, _) =>
            {
                asked++;
                throw Fault(500);
            },
            Cancelled);
        IReadOnlyList<double> waits = await _clock.PassAsync(asking);
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => asking);
        Assert.Equal((500, 8), (fault.Status, asked));
        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4], waits);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task Retry_RefusedForGood_IsAskedOnce()
    {
        using EndpointClient client = Open(_ => Ok());
        int asked = 0;
        Task<int> asking = client.RetryAsync<int>(
            (_, _) =>
            {
                asked++;
                throw Fault(400);
            },
            Cancelled);
        Assert.Empty(await _clock.PassAsync(asking));
        await Assert.ThrowsAsync<EndpointException>(() => asking);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("0", 0.1)]
    [InlineData("99999", 300)]
    [InlineData("Sat, 01 Jan 2000 00:00:30 GMT", 30)]
    [InlineData("Fri, 31 Dec 1999 00:00:00 GMT", 0.1)]
    [InlineData("soon", 0.1)]
    public async Task Retry_BusyEndpointThatNamesATime_IsAskedNoSoonerAndWithinFiveMinutes(string asked, double seconds)
    {
        int requests = 0;
        using EndpointClient client = Open(_ => requests++ == 0 ? Busy(asked) : Ok());
        Task<int> asking = client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled);
        Assert.Equal([seconds], await _clock.PassAsync(asking));
        Assert.Equal(200, await asking);
    }

    /// <summary>A busy endpoint is no broken one: its refusals are not counted as tries.</summary>
    [Fact]
    public async Task Retry_BusyForLongerThanTheLimit_LosesTheEndpoint()
    {
        int requests = 0;
        using EndpointClient client = Open(_ => Busy(requests++ > 0 ? "60" : "1"), Policy with { Busy = TimeSpan.FromMinutes(30) });
        Task<int> asking = client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled);
        double waited = (await _clock.PassAsync(asking)).Sum();
        EndpointLostException lost = await Assert.ThrowsAsync<EndpointLostException>(() => asking);
        Assert.Contains("busy", lost.Message, StringComparison.Ordinal);
        Assert.InRange(waited, 30 * 60, 31 * 60);
        Assert.Equal(32, requests);
    }

    [Fact]
    public async Task Retry_EndpointThatIsDownForAWhile_WaitsForItAndSaysSo()
    {
        DateTimeOffset back = _clock.GetUtcNow().AddMinutes(10);
        using EndpointClient client = Open(_ => _clock.GetUtcNow() < back ? throw new HttpRequestException("refused") : Ok());
        Task<int> asking = client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled);
        IReadOnlyList<double> waits = await _clock.PassAsync(asking);
        Assert.Equal(200, await asking);
        Assert.InRange(waits.Sum(), 600, 616);

        // Four waits between five failures, then the looks, 15 s apart at most.
        Assert.Equal([0.1, 0.2, 0.4, 0.8, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15, 15], waits.Take(13));
        Assert.Equal(2, _notices.Count);
        Assert.StartsWith("The endpoint is down; measuring pauses until it is back:", _notices.First(), StringComparison.Ordinal);
        Assert.Matches("^The endpoint is back after 6[01][0-9] s; measuring continues.$", _notices.Last());
    }

    /// <summary>Every request waits for one look at a time, and none is lost.</summary>
    [Fact]
    public async Task Retry_ManyRequestsWhileTheEndpointIsDown_ShareTheLooks()
    {
        DateTimeOffset back = _clock.GetUtcNow().AddMinutes(10);
        int looks = 0;
        using EndpointClient client = Open(path =>
        {
            looks += path.EndsWith("health", StringComparison.Ordinal) ? 1 : 0;
            return _clock.GetUtcNow() < back ? throw new HttpRequestException("refused") : Ok();
        });
        Task<int[]> asking = Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled)));
        await _clock.PassAsync(asking);
        Assert.Equal(Enumerable.Repeat(200, 20), await asking);
        Assert.InRange(looks, 40, 55);
        Assert.Equal(2, _notices.Count);
    }

    [Fact]
    public async Task Retry_EndpointThatStaysDown_IsLostAtTheLimit()
    {
        using EndpointClient client = Open(
            _ => throw new HttpRequestException("refused"), Policy with { Down = TimeSpan.FromMinutes(30) });
        Task<int> asking = client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled);
        double waited = (await _clock.PassAsync(asking)).Sum();
        EndpointLostException lost = await Assert.ThrowsAsync<EndpointLostException>(() => asking);
        Assert.Contains("has not answered for 30.0 minutes", lost.Message, StringComparison.Ordinal);
        Assert.InRange(waited, 1800, 1803);
    }

    [Fact]
    public async Task Retry_DeadlineWhileTheEndpointIsDown_EndsTheWait()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(20), _clock);
        using EndpointClient client = Open(_ => throw new HttpRequestException("refused"), Policy with { Deadline = deadline.Token });
        Task<int> asking = client.RetryAsync((_, cancelled) => PostAsync(client, cancelled), Cancelled);
        double waited = (await _clock.PassAsync(asking)).Sum();
        await Assert.ThrowsAsync<EndpointLostException>(() => asking);
        Assert.InRange(waited, 1200, 1216);
    }

    [Fact]
    public async Task WaitUntilAvailable_EndpointThatComesBackTooLate_IsNotWaitedFor()
    {
        DateTimeOffset back = _clock.GetUtcNow().AddMinutes(10);
        using EndpointClient client = Open(_ => _clock.GetUtcNow() < back ? throw new HttpRequestException("refused") : Ok());
        Task<bool> first = client.WaitUntilAvailableAsync(TimeSpan.FromMinutes(9), Cancelled);
        Assert.InRange((await _clock.PassAsync(first)).Sum(), 540, 541);
        Assert.False(await first);
        Task<bool> second = client.WaitUntilAvailableAsync(TimeSpan.FromMinutes(9), Cancelled);
        await _clock.PassAsync(second);
        Assert.True(await second);
    }

    /// <summary>2 s per token of a server of unknown speed; a try after a timeout may take twice as long.</summary>
    [Fact]
    public async Task Generate_SilentEndpoint_TimesOutAndMayTakeTwiceAsLongThen()
    {
        using EndpointClient client = Open(
            path => path.EndsWith("completions", StringComparison.Ordinal) ? null : Ok(), Policy with { Tries = 2 });
        var seconds = new List<double>();
        Task<int> asking = client.WorkAsync<int>(
            async (timeouts, cancelled) =>
            {
                long start = _clock.GetTimestamp();
                try
                {
                    await client.GenerateAsync(Completions, "{}"u8.ToArray(), new RequestSize(100, timeouts), cancelled);
                    return 200;
                }
                finally
                {
                    seconds.Add(_clock.GetElapsedTime(start).TotalSeconds);
                }
            },
            Cancelled);
        await _clock.PassAsync(asking);
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => asking);
        Assert.True(fault.TimedOut);
        Assert.Equal([600 + (2 * 100), 600 + (2 * 2 * 100)], seconds);
        Assert.Equal(2, client.Slots.LowestLimit);
    }

    [Fact]
    public async Task Get_SilentEndpoint_EndsAtTheIdleLimit()
    {
        using EndpointClient client = Open(_ => null);
        Task<EndpointReply> asking = client.GetAsync(new Uri(client.Api, "models"), Cancelled);
        _clock.Advance(Policy.Idle - TimeSpan.FromSeconds(1));
        Assert.False(asking.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => asking);
        Assert.True(fault.MayPass);
        Assert.Contains("did not answer within 600 seconds", fault.Message, StringComparison.Ordinal);
    }

    private static Uri Completions => new(Api + "/completions");

    private static HttpResponseMessage Ok() => AnsweringHandler.Status(HttpStatusCode.OK);

    private static HttpResponseMessage Busy(string retryAfter)
    {
        HttpResponseMessage busy = AnsweringHandler.Status(HttpStatusCode.TooManyRequests);
        Assert.True(busy.Headers.TryAddWithoutValidation("Retry-After", retryAfter));
        return busy;
    }

    private static EndpointException Fault(int status) => new EndpointReply(status, BinaryData.FromString("")).Fault(Api);

    private static async Task<int> PostAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.PostAsync(Completions, "{}"u8.ToArray(), tokens: 1, cancellationToken);
        return reply.IsSuccess ? reply.Status : throw reply.Fault(Completions);
    }

    private EndpointClient Open(Func<string, HttpResponseMessage?> answer, RetryPolicy? policy = null, double jitter = 0.5) =>
        new(Api, new EndpointClientOptions(policy ?? Policy, _clock, () => jitter)
        {
            Handler = new AnsweringHandler(answer),
            Concurrency = 8,
            Notices = new Notices(_notices),
        });

    private sealed class Notices(ConcurrentQueue<string> said) : IProgress<string>
    {
        public void Report(string value) => said.Enqueue(value);
    }
}
