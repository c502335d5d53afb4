using System.Globalization;

namespace Calibration.Results;

/// <summary>A run that has fewer trials than its plan: it stopped at a time limit, or parts of it are missing.</summary>
/// <param name="Trials">Trials that were tried, whatever came of them.</param>
/// <param name="Planned">Trials of the plan.</param>
public sealed record Incompleteness(long Trials, long Planned)
{
    /// <summary>For captions and headings.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"incomplete: {Trials:N0} of {Planned:N0} trials");

    /// <summary>Null where the run has all of its trials.</summary>
    public static Incompleteness? Of(RunManifest manifest, long trials)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        long planned = PlannedTrials(manifest);
        return trials < planned ? new Incompleteness(trials, planned) : null;
    }

    /// <summary>
    /// Trials of the plan, or of the part of it that the run does: each problem and run, interleaved over tasks and problems.
    /// </summary>
    private static long PlannedTrials(RunManifest manifest)
    {
        long planned = 0;
        int position = 0;
        for (int run = 0; run < manifest.Plan.Runs; run++)
        {
            for (int problem = 0; problem < manifest.Tasks.Max(task => task.Items); problem++)
            {
                foreach (TaskFacts task in manifest.Tasks)
                {
                    if (problem < task.Items && manifest.Plan.Shard.Has(position++))
                        planned += task.Budgets.Length;
                }
            }
        }

        return planned;
    }
}
