using Calibration.Results;

namespace Calibration.Harness.Text;

/// <summary>The experiment on a server that offers only text; it leaves no traces, because it has no ids.</summary>
public sealed class TextExperiment(TextSession session, ExperimentPlan plan, RunFolder folder, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Measures everything and turns the journals into Parquet.</summary>
    /// <exception cref="IOException">The run folder cannot be written; what was finished before is kept.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (Journal<ServiceSample> service = folder.OpenServiceJournal())
            await new TextLatencyPass(session, plan, folder.Id, service, clock, progress).RunAsync(cancellationToken);
        await using (Journal<Trial> trials = folder.OpenTrialJournal())
            await new TextAccuracyPass(session, plan, folder.Id, trials, progress).RunAsync(cancellationToken);
        await folder.CompactAsync();
    }
}
