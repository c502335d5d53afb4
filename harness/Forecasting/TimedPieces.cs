using System.Collections.Immutable;
using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Results;

namespace Calibration.Harness.Forecasting;

/// <summary>Tries the latency pass of a plan, with shorter traces and one request at a time.</summary>
/// <param name="forcing">The model, asked as the run asks it.</param>
/// <param name="clock">Times everything.</param>
/// <param name="groupOf">A new group for a problem, unlike any other.</param>
internal sealed class TimedPieces(IBudgetForcing forcing, TimeProvider clock, Func<Tried, TrialGroup> groupOf)
{
    /// <summary>
    /// Per task three timed traces: with one answer, with several, and a short one. Their differences give the seconds per answer and per
    /// token, and what a trace costs beside them.
    /// </summary>
    /// <param name="tried">Problems of the plan.</param>
    /// <param name="tokens">Thinking tokens of the longest trace.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    internal async Task<TimedPace> RunAsync(IReadOnlyList<Tried> tried, int tokens, CancellationToken cancellationToken)
    {
        var timing = new TraceTiming(forcing, $"plan/{Guid.NewGuid():N}", clock);
        var idleness = new Idleness(forcing, clock);
        var answers = new Dictionary<string, double>(StringComparer.Ordinal);
        var perToken = new List<double>();
        var fixedCosts = new List<double>();
        int traces = 0, suspect = 0;
        using var stalls = new ClientStalls();
        long begun = clock.GetTimestamp();
        foreach (Tried own in tried.DistinctBy(one => one.Task.Task))
        {
            int length = Math.Min(tokens, own.Largest), shorter = length / 4;
            if (traces == 0)
                idleness.Learn(await timing.WarmUpAsync(WorkOf(own, [length]), cancellationToken));
            ImmutableArray<int> many = forcing.OneTraceServesAllBudgets
                ? [.. new[] { 0, length / 4, length / 2, 3 * length / 4, length }.Distinct()]
                : [0];
            (double several, _) = await SecondsAsync(WorkOf(own, many));
            if (length == 0 || many.Length == 1)
                answers[own.Task.Task] = several;
            if (length == 0)
                continue;
            (double one, int used) = await SecondsAsync(WorkOf(own, [length]));
            if (many.Length > 1)
                answers[own.Task.Task] = Math.Max(1e-4, (several - one) / (many.Length - 1));
            if (shorter == 0)
                continue;
            (double little, int few) = await SecondsAsync(WorkOf(own, [shorter]));
            if (used == 0)
                (used, few) = (length, shorter);

            // Under a cap the model may end both alike; then all of the time is the tokens'.
            double thinking = Math.Max(0, one - answers.GetValueOrDefault(own.Task.Task));
            perToken.Add(used - few >= used / 4.0 ? Math.Max(0, (one - little) / Math.Max(1, used - few)) : thinking / Math.Max(1, used));
            fixedCosts.Add(Math.Max(0, thinking - (perToken[^1] * used)));
        }

        return new TimedPace
        {
            AnswerSeconds = answers,
            TokenSeconds = Median(perToken),
            TraceSeconds = Median(fixedCosts),
            Spread = perToken.Count < 2
                ? 0.05
                : (Quantile(perToken, 0.75) - Quantile(perToken, 0.25)) / Math.Max(1e-9, 2 * Median(perToken)),
            SuspectShare = (double)suspect / Math.Max(1, traces),
            StallsPerSecond = stalls.LongOnes / Math.Max(0.1, clock.GetElapsedTime(begun).TotalSeconds),
        };

        async Task<(double Seconds, int Tokens)> SecondsAsync(TimedWork work)
        {
            long start = clock.GetTimestamp();
            int? others = await idleness.OthersAsync(own: 0, cancellationToken);
            (IReadOnlyList<TimedSample> samples, _) = await timing.TimeAsync(work, cancellationToken);
            others ??= await idleness.OthersAsync(own: 1, cancellationToken);
            double seconds = clock.GetElapsedTime(start).TotalSeconds;
            traces++;
            bool isSuspect = others is not null
                || idleness.WithLeastWait(samples).Any(sample => sample is { IsCounted: true, Judged.Status: TrialStatus.Unverified });
            suspect += isSuspect ? 1 : 0;
            return (seconds, samples.Select(sample => sample.Sample.ThinkingTokens).DefaultIfEmpty(0).Max());
        }
    }

    private TimedWork WorkOf(Tried tried, ImmutableArray<int> budgets) => new(tried.Asked.Problem, groupOf(tried), budgets);

    private static double Median(List<double> values) => Quantile(values, 0.5);

    private static double Quantile(List<double> values, double p) =>
        values.Count == 0 ? 0 : values.Order().ElementAt((int)Math.Round(p * (values.Count - 1)));
}

/// <summary>How fast an idle server does the pieces of the latency pass; nothing, where none was tried.</summary>
internal sealed record TimedPace
{
    internal Dictionary<string, double> AnswerSeconds { get; init; } = [];

    internal double TokenSeconds { get; init; }

    internal double TraceSeconds { get; init; }

    internal double Spread { get; init; }

    internal double SuspectShare { get; init; }

    internal double StallsPerSecond { get; init; }
}
