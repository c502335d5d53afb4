using System.Collections.Immutable;
using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>
/// The paper's experiment: latency on the first endpoint while it is idle, then accuracy on all of them, journaled as it goes. A lost
/// endpoint is waited for, beyond what a request waits, for <c>absence</c>.
/// </summary>
public sealed class Experiment(ImmutableArray<EndpointSession> sessions, ExperimentPlan plan, RunFolder folder, TimeSpan absence, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Measures everything that the folder's journals do not hold yet, and turns them into Parquet.</summary>
    /// <param name="deadline">No trace is begun after it; those in flight are finished, and the journals stay for a resumed run.</param>
    /// <param name="cancellationToken">Abandons what is in flight.</param>
    /// <returns>Whether the plan is complete.</returns>
    /// <exception cref="IOException">The run folder cannot be written; what was finished before is kept.</exception>
    /// <exception cref="EndpointLostException">The endpoints are down for too long; what was finished before is kept.</exception>
    public async Task<bool> RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        FinishedWork finished = FinishedWork.Read(folder, plan);
        try
        {
            if (plan.Shard.MeasuresLatency)
                await MeasureLatencyAsync(finished, deadline, cancellationToken);

            await using (Journal<Trace> traces = folder.OpenTraceJournal())
            await using (Journal<Trial> trials = folder.OpenTrialJournal())
                await new AccuracyPass(sessions, plan, folder.Id, traces, trials, finished, absence, clock, progress).RunAsync(deadline, cancellationToken);
        }
        catch (EndpointLostException) when (deadline.IsCancellationRequested)
        {
            // Away at the deadline: what is finished is fitted, like at any deadline.
        }

        return await EndAsync(plan, folder, deadline);
    }

    private async Task MeasureLatencyAsync(FinishedWork finished, CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using Journal<ServiceSample> service = folder.OpenServiceJournal();
        foreach ((string name, ExperimentPlan timed) in plan.TimedPlans())
        {
            var pass = new LatencyPass(sessions[0], timed, folder.Id + name, service, finished, absence, clock, progress);
            await pass.RunAsync(deadline, cancellationToken);
            RunManifest manifest = folder.ReadManifest();
            if (manifest.RequestOverhead is null && !deadline.IsCancellationRequested && await pass.MeasureOverheadAsync(cancellationToken) is { } overhead)
                await folder.WriteManifestAsync(manifest with { RequestOverhead = overhead });
        }

        ThrowIfNothingWasTimed(folder);
    }

    /// <summary>Where every service time failed, the accuracy pass would take its hours for a run that no allocation can follow.</summary>
    /// <exception cref="EndpointRefusedException">Every service time failed.</exception>
    internal static void ThrowIfNothingWasTimed(RunFolder folder)
    {
        string? reason = null;
        foreach (ServiceSample sample in folder.ReadJournaledService())
        {
            if (sample.Status != TrialStatus.Failed)
                return;
            reason = sample.Reason;
        }

        if (reason is not null)
            throw new EndpointRefusedException($"No service time could be measured. {reason}");
    }

    /// <summary>Turns the journals into Parquet, unless the deadline left the plan incomplete.</summary>
    internal static async Task<bool> EndAsync(ExperimentPlan plan, RunFolder folder, CancellationToken deadline)
    {
        if (deadline.IsCancellationRequested && folder.ReadJournaledTrials().Select(trial => trial.Key).Distinct().Count() < plan.TrialCount)
            return false;
        await folder.CompactAsync();
        return true;
    }
}
