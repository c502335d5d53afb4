using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Probing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>probe</c>: one screen about an endpoint, before a night is spent on it.</summary>
internal sealed class ProbeVerb(RunOptions options, TextWriter output, TimeProvider clock)
{
    /// <summary>The benchmarks' sizes of the default night: six tasks, 250 problems, three runs.</summary>
    private const int Items = 250;
    private const int Runs = 3;

    /// <summary>A client that is stopped for longer cannot time a server.</summary>
    private static readonly TimeSpan LongClientStall = TimeSpan.FromMilliseconds(50);

    internal Command Command()
    {
        var concurrency = new Option<int>("--concurrency") { Description = "Requests in flight at once where throughput is measured.", DefaultValueFactory = _ => 64 };
        var command = new Command("probe", "Look at an endpoint: who it is, whether it enforces budgets to the token, and what a night on it costs.");
        foreach (Option option in (Option[])[options.Endpoint, options.Model, options.ApiKeyEnv, options.ApiKeyFile, options.Profile, options.Context, options.Temperature, options.TopP, options.TopK, options.MinP, options.Pace, concurrency])
            command.Add(option);
        command.SetAction(async (parsed, cancelled) =>
        {
            int wanted = parsed.GetValue(concurrency);
            if (wanted < 1)
                throw new UserFault($"--concurrency is {wanted}: at least 1 is needed.");
            ImmutableArray<Problem> problems = Problems();
            ImmutableArray<Uri> addresses = options.EndpointUris(parsed);
            if (addresses.Length > 1)
                throw new UserFault("probe looks at one --endpoint: name one.");
            if (!addresses.IsEmpty && parsed.GetValue(options.Pace))
                throw new UserFault("--pace is for the embedded endpoint, and --endpoint names another: leave one out.");
            if (addresses is [Uri address])
                return await ProbeAsync(parsed, address, problems, wanted, cancelled);
            await using EmbeddedEndpoint embedded = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = problems, Paced = parsed.GetValue(options.Pace) }, cancelled);
            return await ProbeAsync(parsed, embedded.BaseAddress, problems, wanted, cancelled);
        });
        return command;
    }

    private async Task<int> ProbeAsync(ParseResult parsed, Uri address, ImmutableArray<Problem> problems, int concurrency, CancellationToken cancellationToken)
    {
        using var client = new EndpointClient(
            address, new EndpointClientOptions(RetryPolicy.Brief, clock, Random.Shared.NextDouble) { ApiKey = options.ApiKey(parsed) });
        var asked = new ForcingOptions
        {
            Road = Road.Ids,
            Model = parsed.GetValue(options.Model),
            Profile = options.ProfileOf(parsed),
            ContextTokens = parsed.GetValue(options.Context),
            Sampling = new SamplingSettings(
                parsed.GetValue(options.Temperature), parsed.GetValue(options.TopP), parsed.GetValue(options.TopK), parsed.GetValue(options.MinP)),
        };
        ProbeReport report = await new EndpointProbe(client, new ProbePlan(asked, problems, concurrency), clock).RunAsync(cancellationToken);
        Write(report);
        return report is { EnforcesExactly: true, TokensTogether: 1 } ? 0 : 1;
    }

    /// <summary>A sample problem, and the same in Chinese and with emoji: cuts inside characters must change nothing.</summary>
    private static ImmutableArray<Problem> Problems()
    {
        Problem sample = Benchmarks.Find("gsm8k")!.Load(SampleProblems.Path).Problems[0];
        return
        [
            sample,
            sample with { Id = sample.Id + "-zh", Prompt = "请用中文一步一步地推理。\n" + sample.Prompt },
            sample with { Id = sample.Id + "-emoji", Prompt = sample.Prompt + " 🙂👨‍👩‍👧‍👦" },
        ];
    }

    private void Write(ProbeReport report)
    {
        EndpointFacts facts = report.Endpoint;
        Line("server", $"{facts.Server} {facts.Version} at {facts.Url}{(facts.Simulated ? " (simulated endpoint)" : "")}");
        if (report.Caveat.Length > 0)
            Line("dialect", report.Caveat);
        Line("model", $"{facts.Model}, context {facts.ContextTokens:N0} tokens, profile {report.Profile}");
        Line("token ids", report.ReturnsIds ? "come back" : "do NOT come back, or cannot be sent");
        foreach (RoadCheck road in report.Roads)
            Line($"  {road.Road}", $"{road.Verdict}{(road.Counts.IsEmpty ? "" : ": ")}{string.Join("  ", road.Counts.Select(count => $"{count.BudgetTokens}→{Shown(count.CountedTokens)}"))}");
        WriteCache(report.Cache);
        Line("time at a glance", $"t0 {report.OverheadSeconds * 1000:0.0} ms, c {report.SecondsPerToken * 1000:0.00} ms a token (one request at a time; {(facts is { Simulated: true, Paced: false } ? "simulated clock" : "client's clock")})");
        Line("throughput", $"{report.RequestsPerSecond:0} requests/s of one token, {report.TokensPerSecond:0} tokens/s, {report.Concurrency} in flight");
        Line("server load", report.TellsLoad ? "reported: other requests during a timed one are detected" : "not reported: reserve the server for this run during the latency pass");
        WriteNight(report);
        bool isStarved = report.LongestClientStall > LongClientStall;
        string late = report.TokensTogether > 1
            ? $"; SERVICE TIMES CANNOT BE TAKEN, because {report.TokensTogether} tokens arrive at once in every stream (a gateway that buffers, a server's stream interval{(isStarved ? ", or this client, which is short of processor time" : "")})"
            : "";
        if (isStarved)
            Line("client", $"was stopped for up to {report.LongestClientStall.TotalMilliseconds:0} ms: other work on this machine makes its times wrong; stop it and probe again");
        Line("verdict", (report.EnforcesExactly ? "budgets are enforced exactly" : "NO ROAD ENFORCES BUDGETS EXACTLY") + late);
    }

    private void WriteCache(CacheCheck cache)
    {
        string hit = cache.AgainHit is { } tokens ? $"{tokens} of {Shown(cache.PromptTokens)} prompt tokens hit" : $"hits are not reported ({Shown(cache.PromptTokens)} prompt tokens)";
        bool isReused = cache.AgainHit is > 0 || cache.AgainSeconds < 0.7 * cache.FirstSeconds;
        bool coldIsReused = cache.ColdHit is > 0 || (cache.ColdHit is null && isReused && cache.ColdSeconds < 0.7 * cache.FirstSeconds);
        string verdict = coldIsReused ? "the latency pass CANNOT keep hits out" : isReused ? "distorts; kept out of the latency pass" : "no distortion seen";
        Line("prefix cache", $"{verdict}: {hit}; {cache.FirstSeconds * 1000:0.0} ms, again {cache.AgainSeconds * 1000:0.0} ms, kept cold {cache.ColdSeconds * 1000:0.0} ms");
    }

    private void WriteNight(ProbeReport report)
    {
        double thinking = 0;
        double answers = 0;
        double latency = 0;
        foreach (Benchmark benchmark in Benchmarks.All)
        {
            ImmutableArray<int> grid = BudgetGrid.DefaultFor(benchmark.Task);

            // Without ids, a trace cannot be cut: every budget is thought from the start.
            int traces = report.ReturnsIds ? grid[^1] : grid.Sum();
            thinking += (double)Items * Runs * traces;
            answers += (double)Items * Runs * grid.Length * benchmark.Load(SampleProblems.Path).Problems.Max(problem => problem.AnswerTokenLimit);
            latency += traces + (9 * (report.ReturnsIds ? Math.Min(grid[^1], ExperimentPlan.LatencyBudgetLimit) : grid.Where(budget => budget <= ExperimentPlan.LatencyBudgetLimit).Sum()));
        }

        int largest = Benchmarks.All.Max(benchmark => BudgetGrid.DefaultFor(benchmark.Task)[^1]);
        double latencyHours = ((latency * report.SecondsPerToken) + (600 * report.OverheadSeconds)) / 3600;
        Line("a full night", $"{thinking / 1e6:0.0}M thinking tokens and up to {answers / 1e6:0.0}M answer tokens; {(thinking + answers) / report.TokensPerSecond / 3600:0.0} h at the throughput above, and {latencyHours:0.0} h of latency pass");
        if (largest >= report.Endpoint.ContextTokens)
            Line("", $"the default grid goes to {largest:N0} tokens and does not fit this context: lower --budgets");
    }

    private static string Shown(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private void Line(string name, string text) => output.WriteLine($"{name,-34} {text}");
}
