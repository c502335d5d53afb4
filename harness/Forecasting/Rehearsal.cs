using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forecasting;

/// <summary>
/// Tries the pieces of a plan on an endpoint, with shorter traces: first timed ones, one request at a time, then thinking under a growing
/// load, and at last thinking with its answers. Nothing is stored.
/// </summary>
/// <param name="forcing">The model, asked as the run asks it.</param>
/// <param name="plan">The plan.</param>
/// <param name="clock">Times everything.</param>
internal sealed class Rehearsal(IBudgetForcing forcing, ExperimentPlan plan, TimeProvider clock)
{
    private const string Thinking = "thinking", Answer = "answer ";

    /// <summary>Traces take about so long, one at a time, within these limits of tokens.</summary>
    private const double TraceSeconds = 0.6;
    private const int FewestTokens = 32, MostTokens = 256;

    /// <summary>Problems that are tried, over all tasks, and at least per task.</summary>
    private const int Problems = 36, ProblemsPerTask = 4;

    /// <summary>The load grows by this factor, while the speed grows by more than the share.</summary>
    private const int LoadStep = 4;
    private const double WorthwhileGain = 0.15;

    /// <summary>
    /// Thinking with its answers is tried with as many in flight as in the run, because they push each other's prefixes out of the cache;
    /// on a slow server with shorter traces, so that their thinking takes no longer than this.
    /// </summary>
    private const double FirstRoundSeconds = 8;

    /// <summary>Much longer traces than the tried ones are tried at half their length too, with so many in flight.</summary>
    private const int DeepFrom = 4, DeepLoad = 16;

    private readonly List<Tried> _tried = [];
    private readonly Dictionary<string, List<ThinkingLength>> _lengths = new(StringComparer.Ordinal);
    private int _groups;
    private int _tokens;
    private int _traces;
    private int _lengthened;

    /// <summary>Tries them.</summary>
    /// <param name="workers">Requests that are in flight in the accuracy pass.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="EndpointException">The endpoint refused, or no problem fits its context.</exception>
    internal async Task<ServerPace> RunAsync(int workers, CancellationToken cancellationToken)
    {
        await AskAsync(cancellationToken);
        int tokens = _tokens = await TokensOfATraceAsync(cancellationToken);
        TimedPace timed = plan.Shard.MeasuresLatency
            ? await new TimedPieces(forcing, clock, NextGroup).RunAsync(_tried, tokens, cancellationToken)
            : new TimedPace();
        Tried[] longest = [.. _tried.Where(tried => tried.Largest == _tried.Max(other => other.Largest))];
        (List<LoadSpeed> loads, double perTrace, double used) = await LoadsAsync(longest, tokens, workers, cancellationToken);
        int load = loads[^1].InFlight, length = Math.Min(tokens, longest[0].Largest), shorter = length / 4;
        double perToken = perTrace / Math.Max(1, used), fixedCost = 0;
        if (shorter > 0)
        {
            LoopCounts few = await ThinkAsync(longest, shorter, load, cancellationToken);
            double more = used - few.Of(Thinking).MeanTokens;

            // Under a cap the model may end both alike; then all of the time is the tokens'.
            double slope = more >= used / 4 ? (perTrace - (1 / few.RateOf(Thinking))) / more : double.PositiveInfinity;
            perToken = Math.Clamp(slope, 0.3 * perToken, perToken);
            fixedCost = perTrace - (perToken * used);
        }

        (int depth, double growth) = await GrowthAsync(longest, length, loads, cancellationToken);
        (Dictionary<string, StepCount> answers, double spread, double answerSeconds) =
            await GroupsAsync(
                (int)Math.Clamp(FirstRoundSeconds * loads[^1].TokensPerSecond / workers, Math.Min(FewestTokens, tokens), tokens),
                workers,
                (fixedCost, perToken),
                cancellationToken);
        return new ServerPace
        {
            TraceTokens = (int)Math.Round(used),
            LengthenedShare = (double)_lengthened / Math.Max(1, _traces),
            Loads = [.. loads],
            LoadedTraceSeconds = fixedCost,
            LoadedTokenSeconds = length == 0 ? 0 : perToken,
            LoadedSpread = spread,
            DepthTokens = depth,
            TokenGrowthSeconds = growth,
            TimedTraceSeconds = timed.TraceSeconds,
            TimedTokenSeconds = timed.TokenSeconds,
            TimedSpread = timed.Spread,
            SuspectShare = timed.SuspectShare,
            StallsPerSecond = timed.StallsPerSecond,
            Tasks = plan.Tasks.ToImmutableSortedDictionary(
                task => task.Task,
                task => PaceOf(task, answers, answerSeconds, timed),
                StringComparer.Ordinal),
        };
    }

    private TaskPace PaceOf(TaskPlan task, Dictionary<string, StepCount> answers, double answerSeconds, TimedPace timed)
    {
        StepCount own = answers.GetValueOrDefault(task.Task);
        double usual = answers.Values.Select(count => count.MeanSeconds).DefaultIfEmpty(1).Average();
        double prompt = _tried.Where(tried => tried.Task.Task == task.Task)
            .Select(tried => (double)tried.Asked.ThinkingPrompt.Length).DefaultIfEmpty(0).Average();
        double timedAnswer = timed.AnswerSeconds.TryGetValue(task.Task, out double seconds)
            ? seconds
            : timed.AnswerSeconds.Values.DefaultIfEmpty(0).Average();
        return new TaskPace(answerSeconds * (own.MeanSeconds > 0 ? own.MeanSeconds : usual), timedAnswer, own.MeanTokens, prompt)
        {
            Lengths = plan.Semantics == BudgetSemantics.Cap ? [.. _lengths.GetValueOrDefault(task.Task, [])] : [],
        };
    }

    /// <summary>Some problems of every task, as the model is asked them; those that do not fit the context are passed over.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        int each = Math.Max(ProblemsPerTask, Problems / plan.Tasks.Length);
        foreach (TaskPlan task in plan.Tasks)
        {
            foreach (Problem problem in task.Problems.Take(each))
            {
                AskedProblem asked = await forcing.AskAsync(problem, cancellationToken);
                int room = forcing.Facts.ContextTokens - await forcing.ContextNeededAsync(asked, 0, cancellationToken) - FewestTokens;
                if (room > 0)
                    _tried.Add(new Tried(task, asked, Math.Min(task.Budgets[^1], room)));
            }
        }

        if (_tried.Count == 0)
            throw new EndpointException($"No problem of the plan fits the context of {forcing.Facts.ContextTokens} tokens.");
    }

    private async Task<int> TokensOfATraceAsync(CancellationToken cancellationToken)
    {
        Tried first = _tried.MaxBy(tried => tried.Largest)!;
        int few = Math.Min(FewestTokens, first.Largest);
        if (few == 0)
            return 0;
        _ = await forcing.ThinkAsync(first.Asked, NextGroup(first), few, cancellationToken);
        long start = clock.GetTimestamp();
        _ = await forcing.ThinkAsync(first.Asked, NextGroup(first), few, cancellationToken);
        double perToken = clock.GetElapsedTime(start).TotalSeconds / few;
        return Math.Min(first.Largest, (int)Math.Clamp(TraceSeconds / Math.Max(1e-6, perToken), FewestTokens, MostTokens));
    }

    /// <summary>The speed of the thinking under more and more load, up to the plan's or to where it hardly grows.</summary>
    /// <returns>The speeds; of the last one seconds and tokens per trace, which under a cap are fewer than those allowed.</returns>
    private async Task<(List<LoadSpeed> Loads, double PerTrace, double Tokens)> LoadsAsync(
        Tried[] longest, int tokens, int workers, CancellationToken cancellationToken)
    {
        int length = Math.Min(tokens, longest[0].Largest);
        if (length == 0)
            return ([new LoadSpeed(Math.Min(workers, LoadStep * LoadStep), 1)], 0, 0);
        var loads = new List<LoadSpeed>();
        for (int load = 1; ; load = Math.Min(workers, load * LoadStep))
        {
            LoopCounts counts = await ThinkAsync(longest, length, load, cancellationToken);
            double used = counts.Of(Thinking).MeanTokens;
            loads.Add(new LoadSpeed(load, counts.RateOf(Thinking) * used));
            bool hardlyGrows = loads.Count > 1 && loads[^1].TokensPerSecond < (1 + WorthwhileGain) * loads[^2].TokensPerSecond;
            if (load == workers || hardlyGrows)
                return (loads, 1 / counts.RateOf(Thinking), used);
        }
    }

    /// <summary>
    /// By how much a token takes longer per token before it: thinking that continues long thinking, compared with thinking that begins.
    /// The model reads all that is before a token for every sequence, so this cost is the same at every load.
    /// </summary>
    /// <returns>The tokens before it, 0 where that was not tried; and seconds per token and token before it.</returns>
    private async Task<(int Depth, double Growth)> GrowthAsync(
        Tried[] longest, int length, List<LoadSpeed> loads, CancellationToken cancellationToken)
    {
        int depth = longest[0].Largest / 2;
        (int load, double speed) = loads.Last(measured => measured.InFlight <= DeepLoad || measured == loads[0]);
        if (length == 0 || longest[0].Largest <= DeepFrom * length
            || (await forcing.ThinkAsync(longest[0].Asked, NextGroup(longest[0]), length, cancellationToken)).Trace is not { } trace)
            return (0, 0);
        var loop = new ClosedLoop(clock);
        try
        {
            LoopCounts counts = await loop.RunAsync(load, DeepAsync, cancellationToken);
            return (depth, Math.Max(0, ((1 / counts.RateOf(Thinking)) - (length / speed)) / length / depth));
        }
        catch (EndpointException)
        {
            // A server that needs minutes for this is not asked; the text then says that it was not tried.
            return (0, 0);
        }

        // Each worker continues thinking of its own, which is in the server's cache after the first round.
        Task<Generation> DeepAsync(int round, CancellationToken cancelled)
        {
            int own = round % load;
            int[] before = [.. Enumerable.Range(0, depth).Select(index => trace.TokenIds[(index + own) % trace.TokenIds.Length])];
            var request = new GenerationRequest
            {
                Prompt = [longest[own % longest.Length].Asked.ThinkingPrompt, before],
                MaxTokens = length,
                Seed = round,
                Close = ThinkingEndHandling.Mask,
                Group = "plan",
            };
            return loop.StepAsync(Thinking, () => forcing.Requests.GenerateAsync(request, cancelled), answer => answer.TokenIds.Length);
        }
    }

    private Task<LoopCounts> ThinkAsync(Tried[] problems, int tokens, int load, CancellationToken cancellationToken)
    {
        var loop = new ClosedLoop(clock);
        return loop.RunAsync(
            load,
            async (round, cancelled) =>
            {
                Tried tried = problems[round % problems.Length];
                _ = await ThinkOnceAsync(loop, tried, (NextGroup(tried), tokens), cancelled);
            },
            cancellationToken);
    }

    private Task<Thought> ThinkOnceAsync(
        ClosedLoop loop, Tried tried, (TrialGroup Group, int Tokens) trace, CancellationToken cancellationToken) => loop.StepAsync(
            Thinking,
            () => forcing.ThinkAsync(tried.Asked, trace.Group, trace.Tokens, cancellationToken),
            thought =>
            {
                int used = thought.Tokens ?? trace.Tokens;

                // A trace that was cut early says little of how long the model thinks.
                if (trace.Tokens < Math.Min(_tokens, tried.Largest))
                    return used;
                Interlocked.Increment(ref _traces);
                if (thought.Trace is { CuePositions.Length: > 0 })
                    Interlocked.Increment(ref _lengthened);
                lock (_lengths)
                {
                    if (!_lengths.ContainsKey(tried.Task.Task))
                        _lengths[tried.Task.Task] = [];
                    _lengths[tried.Task.Task].Add(new ThinkingLength(used, thought.ClosedByModel));
                }

                return used;
            });

    /// <summary>
    /// Thinking with its answers at all budgets, as the accuracy pass does it; a budget beyond the trace is taken at its end.
    /// </summary>
    /// <returns>
    /// The answers by task, how much the speed varied, and the seconds of the loaded server per second that an answer is in flight.
    /// </returns>
    private async Task<(Dictionary<string, StepCount> Answers, double Spread, double PerSecond)> GroupsAsync(
        int tokens, int load, (double PerTrace, double PerToken) thinking, CancellationToken cancellationToken)
    {
        var loop = new ClosedLoop(clock);
        Tried[] order = [.. InTurns()];
        LoopCounts counts = await loop.RunAsync(
            load, (round, cancelled) => GroupAsync(loop, order[round % order.Length], tokens, cancelled), cancellationToken);
        double thought = counts.CountOf(Thinking) * (thinking.PerTrace + (thinking.PerToken * counts.Of(Thinking).MeanTokens));
        string[] tasks = [.. plan.Tasks.Select(task => task.Task)];
        double inFlight = tasks.Sum(task => counts.CountOf(Answer + task) * counts.Of(Answer + task).MeanSeconds);
        double left = Math.Max(0.1 * counts.Seconds, counts.Seconds - thought);
        return (tasks.ToDictionary(task => task, task => counts.Of(Answer + task)), counts.Spread, left / Math.Max(1e-9, inFlight));
    }

    /// <summary>The tried problems, task by task in turns.</summary>
    private IEnumerable<Tried> InTurns() =>
        from pair in _tried.GroupBy(tried => tried.Task.Task).SelectMany(own => own.Select((tried, index) => (tried, index)))
        orderby pair.index
        select pair.tried;

    private async Task GroupAsync(ClosedLoop loop, Tried tried, int tokens, CancellationToken cancellationToken)
    {
        ImmutableArray<int> budgets = tried.Task.Budgets;
        bool isOneTrace = forcing.OneTraceServesAllBudgets && !plan.Independent;
        foreach (ImmutableArray<int> own in isOneTrace ? [budgets] : budgets.Select(budget => ImmutableArray.Create(budget)))
        {
            TrialGroup group = NextGroup(tried);
            int length = Math.Min(Math.Min(tokens, tried.Largest), own[^1]);
            Thought? thought = length > 0 ? await ThinkOnceAsync(loop, tried, (group, length), cancellationToken) : null;
            foreach (int budget in own.Select(budget => Math.Min(budget, length)))
            {
                ThoughtAtBudget? at = budget > 0 ? thought!.At(budget) : null;
                if (at is { HasAnswer: false })
                    continue;
                var request = new GenerationRequest
                {
                    Prompt = tried.Asked.AnswerPrompt(thought, budget),
                    MaxTokens = tried.Asked.Problem.AnswerTokenLimit,
                    Seed = group.SeedOf(FormattableString.Invariant($"answer/{budget}")),
                    Close = ThinkingEndHandling.Ignore,
                    Group = group.Name,
                };
                _ = await loop.StepAsync(
                    Answer + tried.Task.Task,
                    () => forcing.AnswerAsync(tried.Asked, request, cancellationToken),
                    answer => answer.AnswerTokens);
                if (at is { IsClosed: true })
                    break;
            }
        }
    }

    /// <summary>A group of its own, so that no two traces are alike, and none is like the run's.</summary>
    private TrialGroup NextGroup(Tried tried) =>
        new(new ProblemRun(plan.Seed, tried.Task.Task, tried.Asked.Problem.Id, -2 - Interlocked.Increment(ref _groups)), "plan");
}

/// <summary>A problem that is tried.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Asked">As the model is asked it.</param>
/// <param name="Largest">The largest budget that the plan and the context allow.</param>
internal sealed record Tried(TaskPlan Task, AskedProblem Asked, int Largest);
