using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Calibration.Calibrate.Measuring;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Planning;
using Calibration.Calibrate.Settings;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Forecasting;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>plan</c>: what a run will cost, before it is started; and its settings as a file.</summary>
internal sealed class PlanVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly RunOptions _options = new();
    private readonly OperatingPointOptions _point = new();
    private readonly Option<bool> _json = RunArguments.Json();

    private readonly Option<string?> _write = new("--write")
    {
        Description = "Only write the settings into this file, for --plan; measure nothing.",
        HelpName = "FILE",
    };

    private readonly Option<double?> _widthOfJ = new("--width-j")
    {
        Description = "With --like: say how many problems per task give an interval of J of this width.",
        HelpName = "S",
    };

    private readonly Option<double?> _widthOfBudgets = new("--width-budget")
    {
        Description = "With --like: say how many problems per task give intervals of ℓ* of this width.",
        HelpName = "TOKENS",
    };

    private readonly Option<string?> _like = new("--like")
    {
        Description = "A finished run. From its intervals follows how many problems the wanted widths need (widths shrink as 1/√n).",
        HelpName = "RUN",
    };

    internal Command Command()
    {
        var command = new Command(
            "plan",
            "Estimate what a run will cost. Takes the options of run, measures the endpoint for one to two minutes, and stores nothing.");
        command.AddAll(
        [
            _options.Plan, _options.Preset, .. _options.OfNewRun(), _options.AcceptMissing, _options.Shape, .. _point.All(),
            _write, _like, _widthOfJ, _widthOfBudgets, _json,
        ]);
        command.SetAction(async (parsed, cancelled) =>
        {
            var binding = new SettingsBinding(_options, parsed, clock);
            RunSettings settings = binding.Bind(_point);
            if (parsed.GetValue(_write) is { } file)
                return await WriteAsync(file, settings);
            ImmutableArray<WantedWidth> widths = Widths(parsed);
            ExperimentPlan plan = PlanBuilding.Build(settings);
            PlanForecast found = await ForecastAsync(settings, plan, cancelled) with
            {
                LimitHours = TimeLimits.Of(settings, clock)?.TotalHours,
                Widths = widths,
            };
            await output.WriteLineAsync(parsed.GetValue(_json)
                ? JsonSerializer.Serialize(found, ResultsJson.Document)
                : $"{ResolvedPlan.Text(plan, binding.PlanName)}\n{ForecastText.Of(found)}");
            return found.Misfits.IsEmpty ? 0 : ExitCodes.WrongInput;
        });
        return command;
    }

    private ImmutableArray<WantedWidth> Widths(ParseResult parsed)
    {
        double? ofJ = parsed.GetValue(_widthOfJ), ofBudgets = parsed.GetValue(_widthOfBudgets);
        if (ofJ is <= 0 || ofBudgets is <= 0)
            throw new UserFault("--width-j and --width-budget must be above 0.");
        return (parsed.GetValue(_like), ofJ is null && ofBudgets is null) switch
        {
            (null, true) => [],
            (null, false) => throw new UserFault("A wanted width follows from a finished run: name one with --like RUN."),
            (_, true) => throw new UserFault("--like has no effect without --width-j or --width-budget: give one."),
            ({ } run, false) => WantedWidth.Of(run, ofJ, ofBudgets),
        };
    }

    private async Task<int> WriteAsync(string file, RunSettings settings)
    {
        PlanFile.Write(file, settings);
        await output.WriteLineAsync($"Wrote {file}, and the schema for editors beside it. Use it: calibrate run --plan {file}");
        return 0;
    }

    private async Task<PlanForecast> ForecastAsync(RunSettings settings, ExperimentPlan plan, CancellationToken cancellationToken)
    {
        ImmutableArray<Uri> addresses = [.. settings.Endpoint.Addresses.Select(address => new Uri(address))];
        if (!addresses.IsEmpty)
            return await ForecastAsync(settings, plan, addresses, cancellationToken);
        await using EmbeddedEndpoint embedded = await EndpointOpening.EmbeddedAsync(plan, settings.Endpoint, cancellationToken);
        return await ForecastAsync(settings, plan, [embedded.BaseAddress], cancellationToken);
    }

    private async Task<PlanForecast> ForecastAsync(
        RunSettings settings, ExperimentPlan plan, ImmutableArray<Uri> addresses, CancellationToken cancellationToken)
    {
        RetryPolicy policy = EndpointAccess.RetryPolicy(settings.Endpoint, CancellationToken.None);
        var clients = new ClientSettings(addresses, policy, plan, EndpointAccess.ApiKey(settings.Endpoint));
        using var opening = new EndpointOpening(clients, log, clock);
        ForcingOptions asked = EndpointAccess.Forcing(settings.Endpoint, plan);
        ImmutableArray<IBudgetForcing> forcings = await opening.OpenAsync(asked, cancellationToken);
        ImmutableArray<string> misfits = plan.FaultsFor(forcings[0].Facts);
        if (misfits.IsEmpty)
            misfits = await ContextCheck.FaultsAsync(forcings[0], plan, cancellationToken);
        ServerPace pace = await PlanRehearsal.RunAsync(forcings[0], plan, clock, cancellationToken);
        return new PlanForecast
        {
            Settings = settings,
            Endpoint = forcings[0].Facts,
            Endpoints = forcings.Length,
            LongestTrace = plan.Tasks.Max(task => task.Budgets[^1]),
            Pace = pace,
            Cost = Forecaster.Of(plan, pace, forcings.Length),
            Misfits = [.. misfits.Select(OptionNames.In)],
            Savings = Saving.Of(plan, pace, forcings.Length),
        };
    }
}
