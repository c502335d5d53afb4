using System.Globalization;

namespace Calibration.Harness.Transport;

/// <summary>
/// Whether an endpoint is up, and the rules by which it is asked again: what may pass is sent again after a growing wait; failures in a
/// row lead to a look at the endpoint, and while it is down every request waits.
/// </summary>
internal sealed class Availability(EndpointHealth health, EndpointClientOptions options)
{
    /// <summary>After so many consecutive failures the endpoint's health is checked.</summary>
    private const int FailuresBeforeLook = 5;

    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly RetryPolicy _policy = options.Policy;
    private readonly TimeProvider _clock = options.Clock;
    private int _failuresInARow;
    private long _resent;
    private long _wastedTokens;
    private volatile string? _resentBecause;
    private Task<bool>? _outage;

    /// <summary>Requests that were sent again, and the tokens that were generated for nothing.</summary>
    internal (long Resent, long WastedTokens) Waste => (Interlocked.Read(ref _resent), Interlocked.Read(ref _wastedTokens));

    /// <summary>Why a request was last sent again; null where none was.</summary>
    internal string? ResentBecause => _resentBecause;

    /// <summary>Asks until there is an answer, or no sense in asking again.</summary>
    /// <param name="attemptAsync">One try; it gets the number of timeouts so far.</param>
    /// <param name="slots">Each try takes one of these; null for requests that are no work for the model, or come one at a time.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The request was refused for good, or failed in every try while the endpoint was up.</exception>
    /// <exception cref="EndpointLostException">The endpoint is down, or busy, for longer than the policy allows.</exception>
    internal async Task<T> AskAsync<T>(
        Func<int, CancellationToken, Task<T>> attemptAsync, RequestSlots? slots, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        int failures = 0;
        int busy = 0;
        int timeouts = 0;
        for (EndpointException? before = null; ;)
        {
            if (before is not null)
            {
                _resentBecause = before.Message;
                Interlocked.Increment(ref _resent);
            }

            if (Outage is { } down)
                await down.WaitAsync(cancellationToken);
            long sentAt = slots is null ? 0 : await slots.TakeAsync(cancellationToken);
            EndpointException fault;
            try
            {
                T answer = await attemptAsync(timeouts, cancellationToken);
                lock (_gate)
                    _failuresInARow = 0;
                slots?.Answered();
                return answer;
            }
            catch (EndpointException caught) when (caught.MayPass)
            {
                fault = caught;
            }
            finally
            {
                slots?.Return();
            }

            before = fault;
            Interlocked.Add(ref _wastedTokens, fault.WastedTokens);
            timeouts += fault.TimedOut ? 1 : 0;
            if (fault.TimedOut || fault.Status == 429)
                slots?.Busy(sentAt);
            if (fault.Status == 429)
            {
                if (_policy.Tries == 1)
                    throw fault;
                if (_policy.Deadline.IsCancellationRequested || _clock.GetElapsedTime(start) > _policy.Busy)
                    throw new EndpointLostException(
                        $"The endpoint refused every request because it is busy ({fault.Message.TrimEnd('.')}).");
                await WaitAsync(++busy, fault, cancellationToken);
            }
            else if (_policy.Tries == 1 || (!await WasDownAsync(fault, cancellationToken) && ++failures >= _policy.Tries))
            {
                throw fault;
            }
            else
            {
                await WaitAsync(Math.Max(1, failures), fault, cancellationToken);
            }
        }
    }

    /// <summary>Waits, beyond what requests wait, until the endpoint does its work again.</summary>
    /// <returns>Whether it came back within the limit.</returns>
    internal async Task<bool> WaitUntilAvailableAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await WatchAsync(limit, "", cancellationToken);
            return true;
        }
        catch (EndpointLostException)
        {
            return false;
        }
    }

    private Task<bool>? Outage
    {
        get
        {
            lock (_gate)
                return _outage;
        }
    }

    private Task WaitAsync(int failures, EndpointException fault, CancellationToken cancellationToken)
    {
        TimeSpan wait = RetryPolicy.WaitAfter(failures, options.Jitter());
        return Task.Delay(fault.RetryAfter is { } asked && asked > wait ? asked : wait, _clock, cancellationToken);
    }

    /// <summary>Whether the failure was the endpoint's being down; if so, it is back when this returns.</summary>
    private async Task<bool> WasDownAsync(EndpointException fault, CancellationToken cancellationToken)
    {
        Task<bool>? watch;
        lock (_gate)
        {
            watch = _outage ??= ++_failuresInARow >= FailuresBeforeLook
                ? Task.Run(() => WatchAsync(_policy.Down, fault.Message, CancellationToken.None), CancellationToken.None)
                : null;
        }

        return watch is not null && await watch.WaitAsync(cancellationToken);
    }

    private async Task<bool> WatchAsync(TimeSpan limit, string reason, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        bool said = false;
        for (int looks = 1; ; looks++)
        {
            try
            {
                await health.LookAsync(cancellationToken);
                if (said)
                    options.Notices?.Report(FormattableString.Invariant(
                        $"The endpoint is back after {_clock.GetElapsedTime(start).TotalSeconds:0} s; measuring continues."));
                lock (_gate)
                    (_outage, _failuresInARow) = (null, 0);
                return looks > 1;
            }
            catch (EndpointException fault)
            {
                if (_policy.Deadline.IsCancellationRequested || _clock.GetElapsedTime(start) > limit)
                    throw new EndpointLostException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"The endpoint has not answered for {_clock.GetElapsedTime(start).TotalMinutes:0.0} minutes "
                            + $"({fault.Message.TrimEnd('.')})."));
                if (!said && looks > 1)
                    options.Notices?.Report(
                        $"The endpoint is down; measuring pauses until it is back: {(reason.Length > 0 ? reason : fault.Message)}");
                said |= looks > 1;
            }

            TimeSpan left = limit - _clock.GetElapsedTime(start) + TimeSpan.FromMilliseconds(1);
            TimeSpan wait = new[] { RetryPolicy.WaitAfter(looks + 1, options.Jitter()), LongestBetweenLooks, left }.Min();
            await WaitOrDeadlineAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellationToken);
        }
    }

    private async Task WaitOrDeadlineAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _policy.Deadline);
        await Task.Delay(wait, _clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
