using System.Collections.Immutable;
using Calibration.Harness.Passes;
using Calibration.Results;

namespace Calibration.Harness.Forecasting;

/// <summary>From a plan and the pace of a server to what the run will cost: mathematics, nothing is asked.</summary>
public static class Forecaster
{
    /// <summary>Warm-ups per task with their tokens; requests by which the fixed cost of a request is measured, with theirs.</summary>
    private const int WarmUps = 2, WarmUpTokens = 8, OverheadRequests = 22, OverheadTokens = 126;

    /// <summary>What a plan costs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="pace">The pace of the endpoint.</param>
    /// <param name="endpoints">Endpoints that share the accuracy pass, all as fast as the one that was asked.</param>
    public static RunForecast Of(ExperimentPlan plan, ServerPace pace, int endpoints)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(pace);
        bool isShared = plan.PromptFormat == PromptFormat.TokenIds;
        Dictionary<string, TimedTask> timed = plan.Shard.MeasuresLatency ? Timed(plan, pace, isShared) : [];
        Dictionary<string, TaskShare> shares = plan.Tasks.ToDictionary(
            task => task.Task, task => TaskShare.Of(task, pace, isShared && !plan.Independent), StringComparer.Ordinal);
        string[] groups = [.. plan.Groups().Select(group => group.Task.Task)];
        double accuracy = WorkerSchedule.Seconds(
            groups.SelectMany(task => shares[task].Pieces), endpoints * plan.Concurrency, inFlight => SpeedAt(pace, inFlight, endpoints));
        double work = groups.Sum(task => shares[task].Pieces.Sum());
        ImmutableArray<TaskForecast> tasks =
        [
            .. from own in groups.GroupBy(task => task)
               let share = shares[own.Key]
               let count = own.Count()
               let times = timed.GetValueOrDefault(own.Key)
               let seconds = work > 0 ? accuracy * count * share.Pieces.Sum() / work : 0
               select new TaskForecast(
                   own.Key, count * share.Trials, count * share.Tokens, count * share.AnswerTokens, times.Samples, times.Tokens)
               {
                   LatencyHours = HourRange.Around(times.Seconds, pace.TimedSpread),
                   AccuracyHours = HourRange.Around(seconds, pace.LoadedSpread),
               },
        ];
        return new RunForecast
        {
            Tasks = tasks,
            LatencyHours = tasks.Aggregate(default(HourRange), (sum, task) => sum + task.LatencyHours),
            AccuracyHours = tasks.Aggregate(default(HourRange), (sum, task) => sum + task.AccuracyHours),
        };
    }

    /// <summary>Speed of all endpoints together, relative to one that is fully loaded; between the measured loads by powers.</summary>
    private static double SpeedAt(ServerPace pace, int inFlight, int endpoints)
    {
        double load = Math.Max(1, (double)inFlight / endpoints), full = pace.Loads[^1].TokensPerSecond;
        int above = 0;
        while (above < pace.Loads.Length - 1 && pace.Loads[above].InFlight < load)
            above++;
        (int n, double speed) = pace.Loads[above];
        if (above > 0 && load < n)
        {
            (int before, double slower) = pace.Loads[above - 1];
            speed = slower * Math.Pow(speed / slower, Math.Log(load / before) / Math.Log((double)n / before));
        }

        return Math.Min(inFlight, endpoints) * speed / full;
    }

    /// <summary>The latency pass by tasks, with what is timed again.</summary>
    private static Dictionary<string, TimedTask> Timed(ExperimentPlan plan, ServerPace pace, bool isShared)
    {
        var times = new Dictionary<string, TimedTask>(StringComparer.Ordinal);
        foreach ((_, ExperimentPlan part) in plan.TimedPlans())
        {
            foreach (IGrouping<string, TimedWork> works in LatencyPass.Planned(part, "", isShared).GroupBy(work => work.Group.Task))
            {
                TaskPace own = pace.Tasks[works.Key];
                double WorkSeconds(TimedWork work)
                {
                    double thinking = pace.TimedSeconds(own.TokensUpTo(work.Budgets[^1]));
                    return pace.TriesOf(thinking) * (thinking + (own.TimedAnswerSeconds * own.AnswersAt(work.Budgets)));
                }

                bool thinks = works.Any(work => work.Budgets[^1] > 0);
                double warmUp = own.TimedAnswerSeconds
                    + (thinks ? pace.TimedSeconds(WarmUpTokens) + own.TimedAnswerSeconds : 0);
                times[works.Key] = times.GetValueOrDefault(works.Key) + new TimedTask(
                    works.Sum(work => work.Budgets.Length),
                    works.Sum(work => own.TokensUpTo(work.Budgets[^1])),
                    works.Sum(WorkSeconds) + (WarmUps * warmUp));
            }
        }

        // The fixed cost of a request is measured once, on the first task that thinks.
        if (plan.Tasks.FirstOrDefault(task => task.Budgets[^1] > 0) is { } first)
        {
            double request = Math.Min(pace.Tasks[first.Task].TimedAnswerSeconds, pace.TimedTraceSeconds);
            times[first.Task] = times.GetValueOrDefault(first.Task) + new TimedTask(
                0, 0, (OverheadRequests * request) + (OverheadTokens * pace.TimedTokenSeconds));
        }

        return times;
    }

    private readonly record struct TimedTask(int Samples, double Tokens, double Seconds)
    {
        public static TimedTask operator +(TimedTask left, TimedTask right) =>
            new(left.Samples + right.Samples, left.Tokens + right.Tokens, left.Seconds + right.Seconds);
    }

    /// <summary>A problem and a run of it: one trace for all budgets, or one for each.</summary>
    /// <param name="Trials">Its trials.</param>
    /// <param name="Tokens">Its thinking tokens.</param>
    /// <param name="AnswerTokens">Tokens of its answers.</param>
    /// <param name="Pieces">Seconds of the loaded server per trace with its answers.</param>
    private sealed record TaskShare(long Trials, double Tokens, double AnswerTokens, ImmutableArray<double> Pieces)
    {
        internal static TaskShare Of(TaskPlan task, ServerPace pace, bool isOneTrace)
        {
            TaskPace own = pace.Tasks[task.Task];
            ImmutableArray<int>[] traces = isOneTrace
                ? [task.Budgets]
                : [.. task.Budgets.Select(budget => ImmutableArray.Create(budget))];
            double[] tokens = [.. traces.Select(budgets => own.TokensUpTo(budgets[^1]))], answers = [.. traces.Select(own.AnswersAt)];
            return new TaskShare(
                task.Budgets.Length,
                tokens.Sum(),
                answers.Sum() * own.AnswerTokens,
                [.. tokens.Zip(answers, (length, count) => pace.LoadedSeconds(length) + (count * own.LoadedAnswerSeconds))]);
        }
    }
}
