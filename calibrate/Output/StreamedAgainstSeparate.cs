using Calibration.Analysis.Findings;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>Says in the log what the report states too: how the two ways of measuring a service time differ.</summary>
internal static class StreamedAgainstSeparate
{
    internal static async Task WriteAsync(RunFolder folder, TextWriter log, CancellationToken cancellationToken)
    {
        foreach (LatencyDifference difference in LatencyDifference.Of(await folder.ReadServiceAsync().ToListAsync(cancellationToken)))
            await log.WriteLineAsync(difference.Sentence);
    }
}
