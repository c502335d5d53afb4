using System.Collections.Immutable;
using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Results.Journaling;

namespace Calibration.Harness;

/// <summary>
/// The paper's experiment: latency on the first endpoint while it is idle, then accuracy on all of them, journaled as it goes.
/// </summary>
/// <param name="forcings">The model on each endpoint, asked in the same way.</param>
/// <param name="plan">What is measured.</param>
/// <param name="folder">Where the rows go.</param>
public sealed class Experiment(ImmutableArray<IBudgetForcing> forcings, ExperimentPlan plan, RunFolder folder)
{
    /// <summary>What is measured.</summary>
    public ExperimentPlan Plan { get; } = plan;

    /// <summary>How long a lost endpoint is waited for, beyond what a request waits.</summary>
    public TimeSpan Absence { get; init; } = TimeSpan.Zero;

    /// <summary>Times the requests.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where progress is reported.</summary>
    public required IProgress<MeasuringProgress> Progress { get; init; }

    /// <summary>Measures everything that the folder's journals do not hold yet, and turns them into Parquet.</summary>
    /// <param name="deadline">No trace is begun after it; those in flight are finished, and the journals stay for a resumed run.</param>
    /// <param name="cancellationToken">Abandons what is in flight.</param>
    /// <returns>Whether the plan is complete.</returns>
    /// <exception cref="IOException">The run folder cannot be written; what was finished before is kept.</exception>
    /// <exception cref="EndpointLostException">The endpoints are down for too long; what was finished before is kept.</exception>
    public async Task<bool> RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        var context = new PassContext(Plan, folder.Id, FinishedWork.Read(folder, Plan))
        {
            Absence = Absence,
            Clock = Clock,
            Progress = Progress,
        };
        try
        {
            if (Plan.Shard.MeasuresLatency)
                await MeasureLatencyAsync(context, deadline, cancellationToken);

            await using (Journal<Trace> traces = folder.Traces.OpenJournal())
            await using (Journal<Trial> trials = folder.Trials.OpenJournal())
            await using (Journal<KeptThinking>? thinking = Plan.KeepText ? folder.Thinking.OpenJournal() : null)
            {
                var journals = new AccuracyJournals(traces, trials, thinking);
                await new AccuracyPass(forcings, context, journals).RunAsync(deadline, cancellationToken);
            }
        }
        catch (EndpointLostException) when (deadline.IsCancellationRequested)
        {
            // Away at the deadline: what is finished is fitted, like at any deadline.
        }

        return await EndAsync(deadline);
    }

    private async Task MeasureLatencyAsync(PassContext context, CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using Journal<ServiceSample> service = folder.Service.OpenJournal();
        foreach ((string name, ExperimentPlan timed) in Plan.TimedPlans())
        {
            var pass = new LatencyPass(forcings[0], context with { Plan = timed, RunId = folder.Id + name }, service);
            await pass.RunAsync(deadline, cancellationToken);
            RunManifest manifest = folder.ReadManifest();
            if (manifest.RequestOverhead is null && !deadline.IsCancellationRequested
                && await pass.MeasureOverheadAsync(cancellationToken) is { } overhead)
                await folder.WriteManifestAsync(manifest with { RequestOverhead = overhead });
        }

        ThrowIfNothingWasTimed();
    }

    /// <summary>Where every service time failed, the accuracy pass would take its hours for a run that no allocation can follow.</summary>
    /// <exception cref="EndpointRefusedException">Every service time failed.</exception>
    private void ThrowIfNothingWasTimed()
    {
        string? reason = null;
        foreach (ServiceSample sample in folder.Service.ReadJournal())
        {
            if (sample.Status != TrialStatus.Failed)
                return;
            reason = sample.Reason;
        }

        if (reason is not null)
            throw new EndpointRefusedException($"No service time could be measured. {reason}");
    }

    /// <summary>Turns the journals into Parquet, unless the deadline left the plan incomplete.</summary>
    private async Task<bool> EndAsync(CancellationToken deadline)
    {
        if (deadline.IsCancellationRequested && folder.Trials.ReadJournal().Select(trial => trial.Key).Distinct().Count() < Plan.TrialCount)
            return false;
        await folder.CompactAsync();
        return true;
    }
}
