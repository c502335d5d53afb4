using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Text;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>From options to a finished run folder of measurements.</summary>
internal sealed class MeasureStage(RunOptions options, TextWriter log, TimeProvider clock)
{
    internal async Task<RunFolder> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Uri? address = options.EndpointUri(parsed);
        if (address is not null && parsed.GetValue(options.Pace))
            throw new UserFault("--pace is for the embedded endpoint, and --endpoint names another: leave one out.");
        string? apiKey = options.ApiKey(parsed);
        ExperimentPlan plan = PlanBuilding.Build(options, parsed);
        ImmutableSortedDictionary<string, string> notes = options.Notes(parsed).ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (address is not null)
            return await MeasureAsync(parsed, plan, address, apiKey, notes, cancellationToken);
        await using EmbeddedEndpoint embedded = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions
            {
                Problems = [.. plan.Tasks.SelectMany(task => task.Problems)],
                Seed = (ulong)(uint)plan.Seed,
                Paced = parsed.GetValue(options.Pace),
            },
            cancellationToken);
        return await MeasureAsync(parsed, plan, embedded.BaseAddress, apiKey, notes, cancellationToken);
    }

    private async Task<RunFolder> MeasureAsync(
        ParseResult parsed, ExperimentPlan plan, Uri address, string? apiKey, ImmutableSortedDictionary<string, string> notes, CancellationToken cancellationToken)
    {
        using var client = new EndpointClient(address, apiKey, retries: 3);
        Road road = options.RoadOf(parsed);
        string? model = parsed.GetValue(options.Model);
        EndpointSession? ids = road == Road.Ids ? await EndpointSession.OpenAsync(client, model, options.ProfileOf(parsed), plan.Sampling, cancellationToken) : null;
        TextSession? text = road == Road.Text ? await TextSession.OpenAsync(client, model, parsed.GetValue(options.Context), plan.Sampling, cancellationToken) : null;
        EndpointFacts endpoint = ids?.Server.Facts ?? text!.Facts;
        ImmutableArray<string> faults = plan.FaultsFor(endpoint);
        if (!faults.IsEmpty)
            throw new UserFault(string.Join(Environment.NewLine, faults));

        DateTime now = clock.GetUtcNow().UtcDateTime;
        RunFolder folder = RunFolder.Create(parsed.GetValue(options.Out)!, FormattableString.Invariant($"{now:yyyyMMdd-HHmmss}-{RunOptions.Slug(endpoint.Model)}"));
        await folder.WriteManifestAsync(new RunManifest
        {
            Id = folder.Id,
            CreatedUtc = now,
            Simulated = endpoint.Simulated,
            Samples = PlanBuilding.DirectoryOf(options, parsed) == SampleProblems.Path && plan.Tasks.Any(task => Benchmarks.Find(task.Task) is not null),
            Endpoint = endpoint,
            Profile = JsonSerializer.SerializeToElement(ids?.Form.Profile ?? text!.Profile, ResultsJson.Document),
            Sampling = plan.Sampling,
            Plan = JsonSerializer.SerializeToElement(
                new { road, plan.Runs, plan.Semantics, plan.Seed, plan.Concurrency, plan.LatencyItems, plan.Independent, ExperimentPlan.LatencyBudgetLimit }, ResultsJson.Document),
            Tasks = [.. plan.Tasks.Select(task => task.Facts)],
            Tool = ToolDescription.Read(),
            Notes = notes,
        });
        await log.WriteLineAsync($"Measuring {endpoint.Model} on {endpoint.Server} {endpoint.Version} ({(endpoint.Simulated ? "simulated endpoint" : endpoint.Url)}) into {folder.Path}");
        var progress = new ConsoleProgress(log, clock);
        await (ids is not null
            ? new Experiment(ids, plan, folder, clock, progress).RunAsync(cancellationToken)
            : new TextExperiment(text!, plan, folder, clock, progress).RunAsync(cancellationToken));
        await StreamedAgainstSeparate.WriteAsync(folder, log, cancellationToken);
        return folder;
    }
}
