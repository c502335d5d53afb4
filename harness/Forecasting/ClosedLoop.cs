using Calibration.Harness.Transport;

namespace Calibration.Harness.Forecasting;

/// <summary>
/// Speed under load: so many workers send one request after another, until the speed is stable. Requests in flight count by the share of
/// the usual time that they have had, so that the speed does not depend on which of them happen to end within the time.
/// </summary>
/// <param name="clock">Times the requests.</param>
internal sealed class ClosedLoop(TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A server is left alone that finishes nothing for so long.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(90);

    /// <summary>The speed is stable if its two halves differ by at most this share.</summary>
    private const double Tolerance = 0.06;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StepKind> _kinds = new(StringComparer.Ordinal);
    private readonly long _start = clock.GetTimestamp();

    private double Now => clock.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Requests per second with so many in flight; each gets a number of its own.</summary>
    /// <exception cref="EndpointException">The endpoint refused, or finished nothing.</exception>
    internal static async Task<double> RequestsPerSecondAsync<T>(
        int inFlight, TimeProvider clock, Func<int, CancellationToken, Task<T>> sendAsync, CancellationToken cancellationToken)
    {
        var loop = new ClosedLoop(clock);
        LoopCounts counts = await loop.RunAsync(
            inFlight, (round, cancelled) => loop.StepAsync("request", () => sendAsync(round + 1, cancelled), _ => 1), cancellationToken);
        return counts.RateOf("request");
    }

    /// <summary>Does one step of a kind, and counts it when it is done.</summary>
    internal async Task<T> StepAsync<T>(string kind, Func<Task<T>> askAsync, Func<T, int> tokensOf)
    {
        double start = Now;
        lock (_gate)
        {
            if (!_kinds.ContainsKey(kind))
                _kinds[kind] = new StepKind();
            _kinds[kind].Open.Add(start);
        }

        bool done = false;
        int tokens = 0;
        try
        {
            T result = await askAsync();
            (done, tokens) = (true, tokensOf(result));
            return result;
        }
        finally
        {
            lock (_gate)
            {
                StepKind own = _kinds[kind];
                own.Open.Remove(start);
                if (done)
                    own.Finish(Now - start, tokens);
            }
        }
    }

    /// <summary>Keeps workers at work until their speed is stable.</summary>
    /// <param name="workers">Number of workers, at least 1.</param>
    /// <param name="workAsync">One round of a worker, by its number; it consists of steps.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="EndpointException">The endpoint refused, or finished nothing.</exception>
    internal async Task<LoopCounts> RunAsync(int workers, Func<int, CancellationToken, Task> workAsync, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int rounds = 0;
        Task[] running =
        [
            .. Enumerable.Range(0, workers).Select(_ => Task.Run(
                async () =>
                {
                    while (!stop.IsCancellationRequested)
                        await workAsync(Interlocked.Increment(ref rounds) - 1, stop.Token);
                },
                CancellationToken.None)),
        ];
        try
        {
            return await WatchAsync(workers, running, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<LoopCounts> WatchAsync(int workers, Task[] running, CancellationToken cancellationToken)
    {
        var looks = new List<LoopLook>();
        while (true)
        {
            Task ended = await Task.WhenAny([.. running, Task.Delay(Look, clock, cancellationToken)]);
            await ended;
            LoopLook now = LookNow();

            // The first round warms up client and server.
            if (looks.Count == 0 && now.Finished < workers)
            {
                if (now.At > GiveUp.TotalSeconds && now.Finished == 0)
                    throw new EndpointException($"The endpoint finished nothing within {GiveUp.TotalSeconds:0} seconds.");
                if (now.At < GiveUp.TotalSeconds)
                    continue;
            }

            looks.Add(now);
            var counts = new LoopCounts(looks[0], now, HalvesDiffer(looks));
            bool isEnough = counts.Seconds >= Shortest.TotalSeconds && now.Finished - looks[0].Finished >= 2 * workers;
            if ((isEnough && counts.Spread <= Tolerance) || counts.Seconds >= Longest.TotalSeconds)
                return counts;
        }
    }

    private LoopLook LookNow()
    {
        lock (_gate)
        {
            double now = Now;
            return new LoopLook(
                now,
                _kinds.Values.Sum(kind => kind.Done),
                _kinds.ToDictionary(pair => pair.Key, pair => pair.Value.CountedAt(now), StringComparer.Ordinal));
        }
    }

    /// <summary>By how much the speed of the first half differs from the second's, as a share of their mean.</summary>
    private static double HalvesDiffer(List<LoopLook> looks)
    {
        LoopLook first = looks[0], last = looks[^1];
        LoopLook middle = looks.MinBy(look => Math.Abs(look.At - ((first.At + last.At) / 2)))!;
        double before = RateBetween(first, middle), after = RateBetween(middle, last);
        return before + after > 0 ? Math.Abs(before - after) / (before + after) : 1;
    }

    private static double RateBetween(LoopLook from, LoopLook to) => to.At > from.At
        ? (to.Kinds.Values.Sum(kind => kind.Count) - from.Kinds.Values.Sum(kind => kind.Count)) / (to.At - from.At)
        : 0;

    private sealed class StepKind
    {
        private double _seconds;
        private long _tokens;

        internal List<double> Open { get; } = [];

        internal int Done { get; private set; }

        internal void Finish(double seconds, int tokens)
        {
            Done++;
            _seconds += seconds;
            _tokens += tokens;
        }

        internal StepCount CountedAt(double now)
        {
            double mean = Done == 0 ? 0 : _seconds / Done;
            double open = mean <= 0 ? 0 : Open.Sum(start => Math.Min(1, (now - start) / mean));
            return new StepCount(Done + open, mean, Done == 0 ? 0 : (double)_tokens / Done);
        }
    }
}

/// <summary>What a loop had done at one time.</summary>
/// <param name="At">Seconds since it began.</param>
/// <param name="Finished">Steps that are finished.</param>
/// <param name="Kinds">Counts by kind of step.</param>
internal sealed record LoopLook(double At, int Finished, Dictionary<string, StepCount> Kinds);

/// <summary>Steps of one kind.</summary>
/// <param name="Count">Number of steps; those in flight by their share.</param>
/// <param name="MeanSeconds">Mean time of a step in flight.</param>
/// <param name="MeanTokens">Mean number of tokens of a step.</param>
internal readonly record struct StepCount(double Count, double MeanSeconds, double MeanTokens);

/// <summary>What a loop did between two looks.</summary>
/// <param name="From">The first look.</param>
/// <param name="To">The last one.</param>
/// <param name="Spread">How much the halves differ, as a share.</param>
internal sealed record LoopCounts(LoopLook From, LoopLook To, double Spread)
{
    internal double Seconds => To.At - From.At;

    internal double CountOf(string kind) => Of(To, kind).Count - Of(From, kind).Count;

    internal StepCount Of(string kind) => Of(To, kind);

    internal double RateOf(string kind) => Math.Max(1e-9, CountOf(kind) / Math.Max(1e-9, Seconds));

    private static StepCount Of(LoopLook look, string kind) => look.Kinds.GetValueOrDefault(kind);
}
