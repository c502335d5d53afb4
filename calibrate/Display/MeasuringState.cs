using System.Collections.Immutable;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Display;

/// <summary>
/// What is known of a measurement while it runs. The passes report to it; displays ask it for a <see cref="MeasuringSnapshot"/>, or get one
/// at the start and the end of a pass and every minute.
/// </summary>
internal sealed class MeasuringState(ExperimentPlan plan, TimeProvider clock) : IProgress<MeasuringProgress>, IProgress<string>
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMinutes(1);

    /// <summary>Time over which tokens per second are taken: traces of one length end in waves, and several must fit.</summary>
    private static readonly TimeSpan RateTime = TimeSpan.FromMinutes(3);

    /// <summary>Rates are taken from moments that lie so far apart.</summary>
    private const double SecondsBetweenMoments = 0.5;

    /// <summary>Above this number every second moment is forgotten.</summary>
    private const int MostMoments = 512;

    private readonly ILookup<string, long> _planned = plan.Groups().ToLookup(
        group => group.Task.Task, group => (long)group.Task.Budgets.Length, StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly List<Moment> _moments = [];
    private readonly Dictionary<(string Task, int Budget), (long Correct, long Answers)> _answers = [];
    private readonly Dictionary<(string Task, TrialStatus Status), long> _excluded = [];
    private readonly Dictionary<string, long> _done = new(StringComparer.Ordinal);
    private MeasuringProgress? _last;
    private TimeSpan _shown;
    private (TimeSpan At, string Text)? _notice;

    /// <summary>How it stands: at the start and the end of a pass, and every minute.</summary>
    internal event Action<MeasuringSnapshot>? Progressed;

    /// <summary>Words about the endpoints, such as that one is down.</summary>
    internal event Action<string>? Noticed;

    /// <summary>Counts what an earlier start of the run has finished.</summary>
    internal void Found(IEnumerable<Trial> trials)
    {
        foreach (Trial trial in trials.Where(trial => trial.Status != TrialStatus.Failed))
            Count(FinishedRow.Of(trial));
    }

    /// <inheritdoc/>
    public void Report(MeasuringProgress value)
    {
        MeasuringSnapshot? shown = null;
        lock (_gate)
        {
            if (value.Pass != _last?.Pass)
                _moments.Clear();
            bool isChange = value.Pass != _last?.Pass || value.Done >= value.Total;
            _last = value;
            if (value.Row is { } row)
                Count(row);
            Remember(value);
            TimeSpan now = clock.GetElapsedTime(_start);
            if (isChange || now - _shown >= BetweenReports)
                (_shown, shown) = (now, Taken(now));
        }

        if (shown is not null)
            Progressed?.Invoke(shown);
    }

    /// <inheritdoc/>
    public void Report(string value)
    {
        lock (_gate)
            _notice = (clock.GetElapsedTime(_start), value);
        Noticed?.Invoke(value);
    }

    /// <summary>How it stands now.</summary>
    internal MeasuringSnapshot Snapshot()
    {
        lock (_gate)
            return Taken(clock.GetElapsedTime(_start));
    }

    private void Count(FinishedRow row)
    {
        if (!row.IsUsable)
            _excluded[(row.Task, row.Status)] = _excluded.GetValueOrDefault((row.Task, row.Status)) + 1;
        if (row.Correct is not { } correct)
            return;
        _done[row.Task] = _done.GetValueOrDefault(row.Task) + 1;
        if (!row.IsUsable)
            return;
        (long right, long answers) = _answers.GetValueOrDefault((row.Task, row.BudgetTokens));
        _answers[(row.Task, row.BudgetTokens)] = (right + (correct ? 1 : 0), answers + 1);
    }

    private void Remember(MeasuringProgress value)
    {
        double seconds = clock.GetElapsedTime(_start).TotalSeconds;
        if (_moments.Count > 0 && seconds - _moments[^1].Seconds < SecondsBetweenMoments)
            return;
        if (_moments.Count >= MostMoments)
        {
            int kept = 0;
            _moments.RemoveAll(_ => kept++ % 2 == 1);
        }

        _moments.Add(new Moment(seconds, value.Done, value.ThinkingTokens));
    }

    private MeasuringSnapshot Taken(TimeSpan now) => new(now, Pass(now), [.. plan.Tasks.Select(TaskOf)])
    {
        TokensPerSecond = TokensPerSecond(now),
        Traffic = _last?.Traffic ?? default,
        Notice = _notice,
    };

    private PassState Pass(TimeSpan now) => _last is null
        ? new PassState("", 0, 0)
        : new PassState(_last.Pass, _last.Done, _last.Total)
        {
            Left = TimeLeft.Of([.. _moments.Select(moment => (moment.Seconds, moment.Done)), (now.TotalSeconds, _last.Done)], _last.Total),
        };

    private TaskState TaskOf(TaskPlan task)
    {
        return new TaskState(task.Facts.DisplayName, _done.GetValueOrDefault(task.Task), _planned[task.Task].Sum())
        {
            Accuracy =
            [
                .. task.Budgets.Select(budget => (
                    budget,
                    _answers.TryGetValue((task.Task, budget), out (long Correct, long Answers) seen)
                        ? (double?)seen.Correct / seen.Answers
                        : null)),
            ],
            Excluded = _excluded.Where(reason => reason.Key.Task == task.Task).ToImmutableSortedDictionary(
                reason => reason.Key.Status, reason => reason.Value),
        };
    }

    private double? TokensPerSecond(TimeSpan now)
    {
        if (_moments.Count == 0 || _last is null)
            return null;
        Moment from = _moments.LastOrDefault(moment => now.TotalSeconds - moment.Seconds >= RateTime.TotalSeconds) ?? _moments[0];
        double seconds = now.TotalSeconds - from.Seconds;
        return seconds > 0 ? (_last.ThinkingTokens - from.Tokens) / seconds : null;
    }

    private sealed record Moment(double Seconds, long Done, long Tokens);
}
