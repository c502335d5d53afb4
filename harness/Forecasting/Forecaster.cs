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
        TaskShare[] groups = [.. plan.Groups().Select(group => new TaskShare(group.Task, isShared && !plan.Independent))];
        double accuracy = WorkerSchedule.Seconds(
            groups.SelectMany(group => group.Pieces(pace)), endpoints * plan.Concurrency, inFlight => SpeedAt(pace, inFlight, endpoints));
        double work = groups.Sum(group => group.Pieces(pace).Sum());
        ILookup<string, TaskShare> byTask = groups.ToLookup(group => group.Plan.Task);
        ImmutableArray<TaskForecast> tasks =
        [
            .. plan.Tasks.Where(task => byTask.Contains(task.Task)).Select(task =>
            {
                TaskShare[] own = [.. byTask[task.Task]];
                TimedTask times = timed.GetValueOrDefault(task.Task);
                double share = work > 0 ? own.Length * own[0].Pieces(pace).Sum() / work : 0;
                return new TaskForecast(
                    task.Task,
                    (long)own.Length * task.Budgets.Length,
                    own.Length * own[0].Tokens(pace),
                    own.Length * own[0].Answers(pace) * pace.Tasks[task.Task].AnswerTokens,
                    times.Samples,
                    times.Tokens)
                {
                    LatencyHours = HourRange.Around(times.Seconds, pace.TimedSpread),
                    AccuracyHours = HourRange.Around(share * accuracy, pace.LoadedSpread),
                };
            }),
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

    /// <summary>
    /// The latency pass by tasks. A suspect trace is timed up to twice more at once, and once more at the end of the pass.
    /// </summary>
    private static Dictionary<string, TimedTask> Timed(ExperimentPlan plan, ServerPace pace, bool isShared)
    {
        double p = pace.SuspectShare, tries = 1 + p + (p * p) + (p * p * p);
        var times = new Dictionary<string, TimedTask>(StringComparer.Ordinal);
        foreach ((_, ExperimentPlan part) in plan.TimedPlans())
        {
            foreach (IGrouping<string, TimedWork> works in LatencyPass.Planned(part, "", isShared).GroupBy(work => work.Group.Task))
            {
                TaskPace own = pace.Tasks[works.Key];
                double WorkSeconds(TimedWork work) =>
                    pace.TimedSeconds(own.TokensUpTo(work.Budgets[^1])) + (own.TimedAnswerSeconds * own.AnswersAt(work.Budgets));
                bool thinks = works.Any(work => work.Budgets[^1] > 0);
                double warmUp = own.TimedAnswerSeconds
                    + (thinks ? pace.TimedSeconds(WarmUpTokens) + own.TimedAnswerSeconds : 0);
                times[works.Key] = times.GetValueOrDefault(works.Key) + new TimedTask(
                    works.Sum(work => work.Budgets.Length),
                    works.Sum(work => own.TokensUpTo(work.Budgets[^1])),
                    (tries * works.Sum(WorkSeconds)) + (WarmUps * warmUp));
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
    private sealed record TaskShare(TaskPlan Plan, bool OneTrace)
    {
        internal double Tokens(ServerPace pace) => Traces.Sum(budgets => pace.Tasks[Plan.Task].TokensUpTo(budgets[^1]));

        internal double Answers(ServerPace pace) => Traces.Sum(budgets => pace.Tasks[Plan.Task].AnswersAt(budgets));

        internal IEnumerable<double> Pieces(ServerPace pace)
        {
            TaskPace own = pace.Tasks[Plan.Task];
            return Traces.Select(budgets =>
                pace.LoadedSeconds(own.TokensUpTo(budgets[^1])) + (own.LoadedAnswerSeconds * own.AnswersAt(budgets)));
        }

        private IEnumerable<ImmutableArray<int>> Traces => OneTrace
            ? [Plan.Budgets]
            : Plan.Budgets.Select(budget => ImmutableArray.Create(budget));
    }
}
