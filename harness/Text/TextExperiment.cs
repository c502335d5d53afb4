using Calibration.Harness.Forcing;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Text;

/// <summary>The experiment on a server that offers only text; it leaves no traces, because it has no ids.</summary>
public sealed class TextExperiment(TextSession session, ExperimentPlan plan, RunFolder folder, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Measures everything that the folder's journals do not hold yet, and turns them into Parquet.</summary>
    /// <param name="deadline">Nothing is begun after it, and the journals stay for a resumed run.</param>
    /// <param name="cancellationToken">Abandons what is in flight.</param>
    /// <returns>Whether the plan is complete.</returns>
    /// <exception cref="EndpointLostException">The endpoint is down for too long; what was finished before is kept.</exception>
    /// <exception cref="IOException">The run folder cannot be written; what was finished before is kept.</exception>
    public async Task<bool> RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        FinishedWork finished = FinishedWork.Read(folder, plan);
        try
        {
            await using (Journal<ServiceSample>? service = plan.Shard.MeasuresLatency ? folder.OpenServiceJournal() : null)
            {
                if (service is not null)
                    await MeasureLatencyAsync(new TextLatencyPass(session, plan, folder.Id, service, finished, clock, progress), deadline, cancellationToken);
            }

            await using (Journal<Trial> trials = folder.OpenTrialJournal())
                await new TextAccuracyPass(session, plan, folder.Id, trials, finished, clock, progress).RunAsync(deadline, cancellationToken);
        }
        catch (EndpointLostException) when (deadline.IsCancellationRequested)
        {
            // Away at the deadline: what is finished is fitted, like at any deadline.
        }

        return await Experiment.EndAsync(plan, folder, deadline);
    }

    private async Task MeasureLatencyAsync(TextLatencyPass pass, CancellationToken deadline, CancellationToken cancellationToken)
    {
        await pass.RunAsync(deadline, cancellationToken);
        RunManifest manifest = folder.ReadManifest();
        if (manifest.RequestOverhead is null && !deadline.IsCancellationRequested && await pass.MeasureOverheadAsync(cancellationToken) is { } overhead)
            await folder.WriteManifestAsync(manifest with { RequestOverhead = overhead });
        Experiment.ThrowIfNothingWasTimed(folder);
    }
}
