using Calibration.Harness.Passes;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>The paper's experiment: latency on the idle server first, then accuracy, journaled as it goes.</summary>
public sealed class Experiment(EndpointSession session, ExperimentPlan plan, RunFolder folder, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Measures everything that the folder's journals do not hold yet, and turns them into Parquet.</summary>
    /// <exception cref="IOException">The run folder cannot be written; what was finished before is kept.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        FinishedWork finished = FinishedWork.Read(folder, plan);
        await using (Journal<ServiceSample> service = folder.OpenServiceJournal())
            await new LatencyPass(session, plan, folder.Id, service, finished, clock, progress).RunAsync(cancellationToken);
        await using (Journal<Trace> traces = folder.OpenTraceJournal())
        await using (Journal<Trial> trials = folder.OpenTrialJournal())
            await new AccuracyPass(session, plan, folder.Id, traces, trials, finished, progress).RunAsync(cancellationToken);
        await folder.CompactAsync();
    }
}
