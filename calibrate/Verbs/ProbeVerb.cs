using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Calibrate.Measuring;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Planning;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Forecasting;
using Calibration.Harness.Probing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>probe</c>: one screen about an endpoint, before a night is spent on it.</summary>
internal sealed class ProbeVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    /// <summary>A client that is stopped for longer cannot time a server.</summary>
    private static readonly TimeSpan LongClientStall = TimeSpan.FromMilliseconds(50);

    private readonly RunOptions _options = new();

    private readonly Option<int> _concurrency = new("--concurrency")
    {
        Description = "Number of requests in flight when throughput is measured.",
        HelpName = "N",
        DefaultValueFactory = _ => 64,
    };

    internal Command Command()
    {
        var command = new Command(
            "probe", "Check an endpoint: what it is, whether it enforces budgets to the token, and what an overnight run on it costs.")
        {
            _options.Endpoint, _options.Model, _options.ApiKeyEnv, _options.ApiKeyFile, _options.Profile, _options.Context,
            _options.Temperature, _options.TopP, _options.TopK, _options.MinP, _options.Pace, _concurrency,
        };
        _options.Endpoint.Description =
            "Address of an OpenAI-compatible API, such as http://127.0.0.1:8000/v1. Default: the embedded simulated endpoint.";
        command.SetAction(async (parsed, cancelled) =>
        {
            var binding = new SettingsBinding(_options, parsed, clock);
            EndpointSettings endpoint = binding.Endpoint();
            binding.ThrowIfAny();
            int wanted = parsed.GetValue(_concurrency);
            if (wanted < 1)
                throw new UserFault($"--concurrency is {wanted}: at least 1 is needed.");
            if (endpoint.Addresses.Length > 1)
                throw new UserFault("probe looks at one --endpoint: name one.");
            var asked = new ForcingOptions
            {
                PromptFormat = PromptFormat.TokenIds,
                Model = endpoint.Model,
                Profile = EndpointAccess.Profile(endpoint),
                ContextTokens = endpoint.ContextTokens,
                Sampling = binding.Sampling(),
            };
            var overnight = new RunSettings
            {
                Problems = new ProblemSettings { Samples = true },
                Plan = new RunPlan { Concurrency = wanted, Sampling = asked.Sampling },
            };
            var plan = new ProbePlan(asked, Problems(), wanted, PlanBuilding.Build(overnight));
            string? apiKey = EndpointAccess.ApiKey(endpoint);
            if (endpoint.Addresses is [string address])
                return await ProbeAsync(new Uri(address), apiKey, plan, AskedAgain(endpoint, address), cancelled);
            await using EmbeddedEndpoint embedded = await EmbeddedEndpoint.StartAsync(
                new EndpointOptions
                {
                    Problems = [.. plan.Problems, .. plan.Overnight.Tasks.SelectMany(task => task.Problems)],
                    Paced = endpoint.Paced,
                },
                cancelled);
            return await ProbeAsync(embedded.BaseAddress, apiKey: null, plan, "", cancelled);
        });
        return command;
    }

    /// <summary>The options with which <c>plan</c> and <c>run</c> ask the same endpoint the benchmarks that need no account.</summary>
    private static string AskedAgain(EndpointSettings endpoint, string address)
    {
        string model = endpoint.Model is { } name ? $" --model {name}" : "";
        string key = endpoint.ApiKeyEnv is { } variable ? $" --api-key-env {variable}"
            : endpoint.ApiKeyFile is { } file ? $" --api-key-file {file}" : "";
        return $" --endpoint {address}{model}{key} --datasets {string.Join(',', OpenBenchmarks())}";
    }

    private static IEnumerable<string> OpenBenchmarks() =>
        Benchmarks.All.Where(benchmark => DatasetPull.TermsOf(benchmark) is null).Select(benchmark => benchmark.Task);

    private async Task<int> ProbeAsync(Uri address, string? apiKey, ProbePlan plan, string asked, CancellationToken cancellationToken)
    {
        var options = new EndpointClientOptions(RetryPolicy.Brief, clock, new Jitter(seed: 1).Next) { ApiKey = apiKey };
        using var client = new EndpointClient(address, options);
        ProbeReport report = await new EndpointProbe(client, plan).RunAsync(cancellationToken);
        Write(report, plan);
        if (report is not { EnforcesExactly: true, TokensTogether: 1 })
            return ExitCodes.Failed;
        Output.Ending.Next(log, [
            .. asked.Length > 0 ? [$"calibrate datasets pull {string.Join(' ', OpenBenchmarks())}"] : Array.Empty<string>(),
            $"calibrate plan --preset first-look{asked}",
            $"calibrate run --preset first-look{asked}",
        ]);
        return 0;
    }

    /// <summary>A sample problem, and the same in Chinese and with emoji: cuts inside characters must change nothing.</summary>
    private static ImmutableArray<Problem> Problems()
    {
        Problem sample = Benchmarks.All[1].Load(SampleProblems.Path).Problems[0];
        return
        [
            sample,
            sample with { Id = sample.Id + "-zh", Prompt = "请用中文一步一步地推理。\n" + sample.Prompt },
            sample with { Id = sample.Id + "-emoji", Prompt = sample.Prompt + " 🙂👨‍👩‍👧‍👦" },
        ];
    }

    private void Write(ProbeReport report, ProbePlan plan)
    {
        EndpointFacts facts = report.Endpoint;
        Line("server", $"{facts.Server} {facts.Version} at {facts.Url}{(facts.Simulated ? " (simulated endpoint)" : "")}");
        if (report.Caveat.Length > 0)
            Line("dialect", report.Caveat);
        Line("model", $"{facts.Model}, context {facts.ContextTokens:N0} tokens, profile {report.Profile}");
        Line("token ids", report.ReturnsIds ? "come back" : "do NOT come back, or cannot be sent");
        foreach (FormatCheck check in report.Formats)
            Line(
                $"  {check.PromptFormat}",
                $"{check.Verdict}{(check.Counts.IsEmpty ? "" : ": ")}"
                    + $"{string.Join("  ", check.Counts.Select(count => $"{count.BudgetTokens}→{Shown(count.CountedTokens)}"))}");
        WriteCache(report.Cache);
        Line(
            "time at a glance",
            $"t0 {report.OverheadSeconds * 1000:0.0} ms, c {report.SecondsPerToken * 1000:0.00} ms per token (one request at a time; "
                + $"{(facts is { Simulated: true, Paced: false } ? "simulated clock" : "client's clock")})");
        Line(
            "throughput",
            $"{report.RequestsPerSecond:0} requests/s of one token with {report.Concurrency} in flight"
                + (report.Pace is { } pace
                    ? $"; {pace.TokensPerSecond:0} thinking tokens/s with {pace.Loads[^1].InFlight} in flight"
                    : ""));
        Line(
            "server load",
            report.TellsLoad
                ? "reported: other requests during a timed one are detected"
                : "not reported: reserve the server for this run during the latency pass");
        WriteNight(report, plan);
        bool isStarved = report.LongestClientStall > LongClientStall;
        string late = report.TokensTogether <= 1 ? ""
            : isStarved
                ? $"; SERVICE TIMES CANNOT BE TAKEN, because {report.TokensTogether} tokens arrived at once in every stream while this "
                    + "client was short of processor time: stop other work and probe again; if it stays, a gateway buffers"
                : $"; SERVICE TIMES CANNOT BE TAKEN, because {report.TokensTogether} tokens arrive at once in every stream (a gateway that "
                    + "buffers, a server's stream interval)";
        if (isStarved)
            Line(
                "client",
                $"was stopped for up to {report.LongestClientStall.TotalMilliseconds:0} ms: other work on this machine makes its times "
                    + $"wrong; stop it and probe again");
        Line("verdict", (report.EnforcesExactly ? "budgets are enforced exactly" : "NO PROMPT FORMAT ENFORCES BUDGETS EXACTLY") + late);
    }

    private void WriteCache(CacheCheck cache)
    {
        string hit = cache.AgainHit is { } tokens
            ? $"{tokens} of {Shown(cache.PromptTokens)} prompt tokens hit"
            : $"hits are not reported ({Shown(cache.PromptTokens)} prompt tokens)";
        bool isReused = cache.AgainHit is > 0 || cache.AgainSeconds < 0.7 * cache.FirstSeconds;
        bool coldIsReused = cache.ColdHit is > 0 || (cache.ColdHit is null && isReused && cache.ColdSeconds < 0.7 * cache.FirstSeconds);
        string verdict = coldIsReused
            ? "the latency pass CANNOT keep hits out"
            : isReused ? "repeated prompts are faster; the latency pass avoids hits" : "repeated prompts are not faster";
        Line(
            "prefix cache",
            $"{verdict}: {hit}; first {cache.FirstSeconds * 1000:0.0} ms, repeated {cache.AgainSeconds * 1000:0.0} ms, repeated without "
                + $"the cache {cache.ColdSeconds * 1000:0.0} ms");
    }

    private void WriteNight(ProbeReport report, ProbePlan plan)
    {
        if (report.Pace is not { } pace)
        {
            Line("an overnight run", $"could not be tried: {OptionNames.In(report.PaceFault)}");
            return;
        }

        RunForecast cost = Forecaster.Of(plan.Overnight, pace, endpoints: 1);
        Line(
            "an overnight run",
            $"{ForecastText.Shown(cost.TotalHours)}, of which {ForecastText.Shown(cost.LatencyHours)} are latency pass: "
                + $"{cost.ThinkingTokens / 1e6:0.0}M thinking tokens and {cost.AnswerTokens / 1e6:0.0}M answer tokens of the default plan");
        Line("", "calibrate plan estimates a plan of your own");
        int largest = plan.Overnight.Tasks.Max(task => task.Budgets[^1]);
        if (largest >= report.Endpoint.ContextTokens)
            Line("", $"the default grid goes to {largest:N0} tokens and does not fit this context: lower --budgets");
    }

    private static string Shown(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private void Line(string name, string text) => output.WriteLine($"{name,-34} {text}");
}
