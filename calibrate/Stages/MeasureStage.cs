using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>From options to a finished run folder of measurements.</summary>
internal sealed class MeasureStage(RunOptions options, TextWriter log, TimeProvider clock)
{
    /// <exception cref="UnfinishedRun">The run was interrupted after it began; the message says how it goes on.</exception>
    internal async Task<RunFolder> RunAsync(ParseResult parsed, Resumption? resumed, TimeSpan? timeLeft, CancellationToken cancellationToken)
    {
        if (resumed is { IsDone: true })
            return await EndedAsync(resumed.Folder);
        ImmutableArray<Uri> addresses = options.EndpointUris(parsed);
        if (!addresses.IsEmpty && parsed.GetValue(options.Pace))
            throw new UserFault("--pace is for the embedded endpoint, and --endpoint names another: leave one out.");
        string? apiKey = options.ApiKey(parsed);
        using CancellationTokenSource deadline = timeLeft is { } left ? new CancellationTokenSource(left, clock) : new CancellationTokenSource();
        ExperimentPlan plan = PlanBuilding.Build(options, parsed);
        _ = options.Notes(parsed);
        _ = options.LabelOf(parsed);
        if (resumed is { Folder.HasEnded: true, RedoLatency: false } && resumed.Folder.ReadManifest() is { } manifest && AddedBudgets.AddTo(manifest, resumed.AddedBudgets) == manifest)
        {
            await log.WriteLineAsync($"{resumed.Folder.Path} has all of these budgets already.");
            return await EndedAsync(resumed.Folder);
        }

        if (!addresses.IsEmpty)
            return await MeasureAsync(parsed, plan, addresses, apiKey, resumed, deadline.Token, cancellationToken);
        await using EmbeddedEndpoint embedded = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions
            {
                Problems = [.. plan.Tasks.SelectMany(task => task.Problems)],
                Seed = (ulong)(uint)plan.Seed,
                Paced = parsed.GetValue(options.Pace),
            },
            cancellationToken);
        return await MeasureAsync(parsed, plan, [embedded.BaseAddress], apiKey, resumed, deadline.Token, cancellationToken);
    }

    /// <summary>What is left to do is at most to remove journals that a crash left.</summary>
    private static async Task<RunFolder> EndedAsync(RunFolder folder)
    {
        using IDisposable held = folder.Lock();
        await folder.CompactAsync();
        return folder;
    }

    private async Task<RunFolder> MeasureAsync(
        ParseResult parsed, ExperimentPlan plan, ImmutableArray<Uri> addresses, string? apiKey, Resumption? resumed, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var opening = new EndpointOpening(addresses, apiKey, options.RetryPolicyOf(parsed, deadline), plan, log, clock);
        ImmutableArray<IBudgetForcing> forcings = await opening.OpenAsync(
            new ForcingOptions
            {
                Road = options.RoadOf(parsed),
                Model = parsed.GetValue(options.Model),
                Profile = options.ProfileOf(parsed),
                ContextTokens = parsed.GetValue(options.Context),
                Sampling = plan.Sampling,
                Semantics = plan.Semantics,
            },
            cancellationToken);
        EndpointFacts endpoint = forcings[0].Facts;
        ImmutableArray<string> faults = plan.FaultsFor(endpoint);
        if (faults.IsEmpty)
            faults = await ContextCheck.FaultsAsync(forcings[0], plan, cancellationToken);
        if (!faults.IsEmpty)
            throw new UserFault(string.Join(Environment.NewLine, faults));
        if (resumed is { RedoLatency: true } && !plan.Shard.MeasuresLatency)
            throw new UserFault("--redo-latency: this part of the plan measures no service times; the first part does.");
        RunManifest manifest = ManifestOf(parsed, plan, forcings[0]) with { OtherEndpoints = [.. forcings.Skip(1).Select(other => other.Facts.Url)] };
        RunFolder folder = resumed?.Folder ?? RunFolder.Create(parsed.GetValue(options.Out)!, manifest.Id);
        using IDisposable held = folder.Lock();
        if (resumed is null)
        {
            await folder.WriteManifestAsync(manifest with { Id = folder.Id });
        }
        else
        {
            RunManifest was = folder.ReadManifest(), enlarged = AddedBudgets.AddTo(was, resumed.AddedBudgets);
            ManifestComparison.ThrowIfDifferent(enlarged, manifest);
            await resumed.EnlargeAsync(was, enlarged, cancellationToken);
            if (resumed.RedoLatency)
                await resumed.ReplaceServiceAsync(clock.GetUtcNow().UtcDateTime, cancellationToken);
        }

        await log.WriteLineAsync($"Measuring {endpoint.Model} on {endpoint.Server} {endpoint.Version} ({(endpoint.Simulated ? "simulated endpoint" : string.Join(", ", (string[])[endpoint.Url, .. manifest.OtherEndpoints]))}) into {folder.Path}");
        try
        {
            var progress = new ConsoleProgress(log, clock);
            var experiment = new Experiment(forcings, plan, folder)
            {
                Absence = addresses.Length > 1 ? options.RetryPolicyOf(parsed, deadline).Down : TimeSpan.Zero,
                Clock = clock,
                Progress = progress,
            };
            bool complete = await experiment.RunAsync(deadline, cancellationToken);
            await StreamedAgainstSeparate.WriteAsync(folder, log, cancellationToken);
            if (!complete)
                await log.WriteLineAsync($"The time is over and the plan is not complete:{Missing(plan, folder)} What is there is fitted; go on with: calibrate run --resume {folder.Path}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new UnfinishedRun($"Interrupted. Go on with: calibrate run --resume {folder.Path}", Interruption.ExitCode);
        }
        catch (EndpointRefusedException fault)
        {
            throw new UnfinishedRun($"{fault.Message.TrimEnd('.')}. Nothing more was asked. When the server or its options are changed, go on with: calibrate run --resume {folder.Path}", 1);
        }
        catch (EndpointLostException fault)
        {
            throw new UnfinishedRun($"{fault.Message} What was finished is kept; when the endpoint is back, go on with: calibrate run --resume {folder.Path}", 1);
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun($"{folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). What was finished is kept; go on with: calibrate run --resume {folder.Path}", 1);
        }

        return folder;
    }

    private static string Missing(ExperimentPlan plan, RunFolder folder)
    {
        Dictionary<string, int> done = folder.ReadJournaledTrials().Select(trial => trial.Key).Distinct().CountBy(key => key.Task).ToDictionary();
        Dictionary<string, int> planned = plan.Groups().GroupBy(group => group.Task.Task).ToDictionary(group => group.Key, group => group.Sum(member => member.Task.Budgets.Length));
        return string.Concat(planned.Select(task => $" {task.Key} has {done.GetValueOrDefault(task.Key)} of {task.Value} trials;"));
    }

    private RunManifest ManifestOf(ParseResult parsed, ExperimentPlan plan, IBudgetForcing forcing)
    {
        EndpointFacts endpoint = forcing.Facts;
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return new RunManifest
        {
            Id = FormattableString.Invariant($"{now:yyyyMMdd-HHmmss}-{RunOptions.Slug(options.LabelOf(parsed) ?? ModelNames.Shown(endpoint.Model))}"),
            CreatedUtc = now,
            Simulated = endpoint.Simulated,
            Samples = PlanBuilding.DirectoryOf(options, parsed) == SampleProblems.Path && plan.Tasks.Any(task => Benchmarks.Find(task.Task) is not null),
            Endpoint = endpoint,
            Label = options.LabelOf(parsed),
            Profile = JsonSerializer.SerializeToElement(forcing.Profile, ResultsJson.Document),
            Sampling = plan.Sampling,
            Plan = new RunPlan
            {
                Road = forcing.Road,
                Runs = plan.Runs,
                Semantics = plan.Semantics,
                Seed = plan.Seed,
                Concurrency = plan.Concurrency,
                LatencyItems = plan.LatencyItems,
                Independent = plan.Independent,
                Shard = plan.Shard,
                LatencyBudgetLimit = ExperimentPlan.LatencyBudgetLimit,
            },
            Tasks = [.. plan.Tasks.Select(task => task.Facts)],
            Arguments = [.. parsed.Tokens.Select(token => token.Value)],
            Tool = ToolDescription.Read(),
            Notes = options.Notes(parsed).ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }
}
