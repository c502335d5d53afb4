using System.Collections.Immutable;
using System.Text.Json;
using Calibration.Analysis.Findings;
using Calibration.Calibrate.Display;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Planning;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Measuring;

/// <summary>What one command measures: a new run, or one that is resumed.</summary>
/// <param name="Settings">What is asked for.</param>
/// <param name="Root">Folder in which a new run folder is created.</param>
internal sealed record MeasurementRequest(RunSettings Settings, string Root)
{
    /// <summary>The run that is resumed; null for a new one.</summary>
    internal Resumption? Resumed { get; init; }

    /// <summary>The plan's file or preset, for people to read; null for the defaults.</summary>
    internal string? PlanName { get; init; }

    /// <summary>What the user says of a new run.</summary>
    internal ImmutableSortedDictionary<string, string> Notes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The command's words, for people to read.</summary>
    internal ImmutableArray<string> Arguments { get; init; } = [];
}

/// <summary>From settings to a finished run folder of measurements.</summary>
internal sealed class Measurement(MeasurementRequest request, TextWriter log, TimeProvider clock)
{
    private readonly RunSettings _settings = request.Settings;
    private readonly Resumption? _resumed = request.Resumed;

    /// <exception cref="UnfinishedRun">The run was interrupted after it began; the message says how it is resumed.</exception>
    internal async Task<RunFolder> RunAsync(CancellationToken cancellationToken)
    {
        if (_resumed is { IsDone: true })
        {
            await log.WriteLineAsync($"{_resumed.Folder.Path} had ended: nothing is left to measure.");
            return await EndedAsync(_resumed.Folder);
        }

        ImmutableArray<Uri> addresses = [.. _settings.Endpoint.Addresses.Select(address => new Uri(address))];
        using CancellationTokenSource deadline = TimeLimits.Of(_settings, clock) is { } left
            ? new CancellationTokenSource(left, clock)
            : new CancellationTokenSource();
        ExperimentPlan plan = PlanBuilding.Build(_settings);
        if (_resumed is { Folder.HasEnded: true, RedoLatency: false } && _resumed.Folder.ReadManifest() is { } manifest
            && AddedBudgets.AddTo(manifest, _resumed.AddedBudgets) == manifest)
        {
            await log.WriteLineAsync($"{_resumed.Folder.Path} has all of these budgets already.");
            return await EndedAsync(_resumed.Folder);
        }

        if (!addresses.IsEmpty)
            return await MeasureAsync(plan, addresses, deadline.Token, cancellationToken);
        await using EmbeddedEndpoint embedded = await EndpointOpening.EmbeddedAsync(plan, _settings.Endpoint, cancellationToken);
        return await MeasureAsync(plan, [embedded.BaseAddress], deadline.Token, cancellationToken);
    }

    /// <summary>What is left to do is at most to remove journals that a crash left.</summary>
    private static async Task<RunFolder> EndedAsync(RunFolder folder)
    {
        using IDisposable held = folder.Lock();
        await folder.CompactAsync();
        return folder;
    }

    private async Task<RunFolder> MeasureAsync(
        ExperimentPlan plan, ImmutableArray<Uri> addresses, CancellationToken deadline, CancellationToken cancellationToken)
    {
        RetryPolicy policy = EndpointAccess.RetryPolicy(_settings.Endpoint, deadline);
        var state = new MeasuringState(plan, clock);
        var display = new ProgressDisplay(state, log, clock);
        var clients = new ClientSettings(addresses, policy, plan, EndpointAccess.ApiKey(_settings.Endpoint)) { Notices = state };
        using var opening = new EndpointOpening(clients, log, clock);
        ImmutableArray<IBudgetForcing> forcings = await opening.OpenAsync(
            EndpointAccess.Forcing(_settings.Endpoint, plan), cancellationToken);
        await ThrowIfUnfitAsync(plan, forcings[0], cancellationToken);
        RunManifest manifest = ManifestOf(plan, forcings[0]) with
        {
            OtherEndpoints = [.. forcings.Skip(1).Select(other => other.Facts.Url)],
        };
        RunFolder folder = _resumed?.Folder ?? RunFolder.Create(request.Root, manifest.Id);
        using IDisposable held = folder.Lock();
        if (_resumed is null)
            await folder.WriteManifestAsync(manifest with { Id = folder.Id });
        else
            await ReopenAsync(_resumed, manifest, cancellationToken);

        EndpointFacts endpoint = forcings[0].Facts;
        string where = endpoint.Simulated ? "simulated endpoint" : string.Join(", ", (string[])[endpoint.Url, .. manifest.OtherEndpoints]);
        await log.WriteLineAsync($"Measuring {endpoint.Model} on {endpoint.Server} {endpoint.Version} ({where}) into {folder.Path}");
        if (_resumed is null)
            await log.WriteLineAsync(ResolvedPlan.Text(plan, request.PlanName));
        var experiment = new Experiment(forcings, plan, folder)
        {
            Absence = addresses.Length > 1 ? policy.Down : TimeSpan.Zero,
            Clock = clock,
            Progress = state,
        };
        state.Found(folder.Trials.ReadJournal());
        EventLog events = display.Record(folder.In(EventLog.FileName));
        events.Started(manifest.Tool.Version, _resumed is not null, plan.TrialCount);
        long start = clock.GetTimestamp();
        string ending = "Measuring ended.";
        try
        {
            await RunAsync(experiment, folder, display, deadline, cancellationToken);
        }
        catch (UnfinishedRun fault)
        {
            ending = fault.Message;
            throw;
        }
        finally
        {
            events.Ended(ending);
            await AddTimeAsync(folder, clock.GetElapsedTime(start));
        }

        return folder;
    }

    /// <summary>Adds to the time that measuring took; a folder that cannot be written has its own message already.</summary>
    private static async Task AddTimeAsync(RunFolder folder, TimeSpan measuring)
    {
        try
        {
            RunManifest measured = folder.ReadManifest();
            await folder.WriteManifestAsync(measured with { MeasuringS = (measured.MeasuringS ?? 0) + measuring.TotalSeconds });
        }
        catch (IOException)
        {
            // What was measured matters more.
        }
    }

    /// <exception cref="UserFault">The plan does not fit the endpoint or the run.</exception>
    private async Task ThrowIfUnfitAsync(ExperimentPlan plan, IBudgetForcing forcing, CancellationToken cancellationToken)
    {
        ImmutableArray<string> faults = plan.FaultsFor(forcing.Facts);
        if (faults.IsEmpty)
            faults = await ContextCheck.FaultsAsync(forcing, plan, cancellationToken);
        if (!faults.IsEmpty)
            throw new UserFault(string.Join(Environment.NewLine, faults));
        if (_resumed is { RedoLatency: true } && !plan.Shard.MeasuresLatency)
            throw new UserFault("--redo-latency: this part of the plan measures no service times; the first part does.");
    }

    private async Task ReopenAsync(Resumption resumed, RunManifest manifest, CancellationToken cancellationToken)
    {
        RunManifest was = resumed.Folder.ReadManifest(), enlarged = AddedBudgets.AddTo(was, resumed.AddedBudgets);
        ManifestComparison.ThrowIfDifferent(enlarged, manifest);
        await resumed.EnlargeAsync(was, enlarged, cancellationToken);
        if (resumed.RedoLatency)
            await resumed.ReplaceServiceAsync(clock.GetUtcNow().UtcDateTime, cancellationToken);
    }

    private async Task RunAsync(
        Experiment experiment, RunFolder folder, ProgressDisplay display, CancellationToken deadline, CancellationToken cancellationToken)
    {
        string resume = $"calibrate run --resume {folder.Path}";
        try
        {
            bool complete = await display.ShowAsync(experiment.RunAsync(deadline, cancellationToken));
            foreach (string sentence in LatencyDifference.Sentences(await folder.Service.ReadAsync().ToListAsync(cancellationToken)))
                await log.WriteLineAsync(sentence);
            if (!complete)
            {
                await log.WriteLineAsync(
                    $"The time is over and the plan is not complete:{Missing(experiment.Plan, folder)} What was measured is fitted; resume "
                    + $"with: {resume}");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new UnfinishedRun($"Interrupted. Resume with: {resume}", Interruption.ExitCode);
        }
        catch (EndpointRefusedException fault)
        {
            throw new UnfinishedRun(
                $"{fault.Message.TrimEnd('.')}. No further request was sent. When the server or its options are changed, resume with: "
                    + $"{resume}",
                1);
        }
        catch (EndpointLostException fault)
        {
            throw new UnfinishedRun($"{fault.Message} What was finished is kept; when the endpoint is back, resume with: {resume}", 1);
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun(
                $"{folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). What was finished is kept; resume with: {resume}", 1);
        }
    }

    private static string Missing(ExperimentPlan plan, RunFolder folder)
    {
        Dictionary<string, int> done = folder.Trials.ReadJournal().Select(trial => trial.Key).Distinct()
            .CountBy(key => key.Task).ToDictionary();
        return string.Concat(plan.Groups().GroupBy(group => group.Task.Task).Select(task =>
            $" {task.Key} has {done.GetValueOrDefault(task.Key)} of {task.Sum(group => group.Task.Budgets.Length)} trials;"));
    }

    private RunManifest ManifestOf(ExperimentPlan plan, IBudgetForcing forcing)
    {
        EndpointFacts endpoint = forcing.Facts;
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return new RunManifest
        {
            Id = RunId.New(now, _settings.Label ?? ModelNames.Shown(endpoint.Model)),
            CreatedUtc = now,
            Simulated = endpoint.Simulated,
            Samples = PlanBuilding.DirectoryOf(_settings) == SampleProblems.Path
                && plan.Tasks.Any(task => Benchmarks.Find(task.Task) is not null),
            Endpoint = endpoint,
            Profile = JsonSerializer.SerializeToElement(forcing.Profile, ResultsJson.Document),
            Settings = _settings,
            Tasks = [.. plan.Tasks.Select(task => task.Facts)],
            Arguments = request.Arguments,
            Tool = ToolDescription.Read(),
            Notes = request.Notes,
        };
    }
}
