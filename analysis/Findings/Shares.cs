using Calibration.Fitting.Statistics;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>Shares of trials; the trials of one problem hang together.</summary>
internal static class Shares
{
    /// <summary>The share of trials with a property, clustered by problem; there must be at least one trial.</summary>
    internal static ClusteredProportion Of(IEnumerable<Trial> trials, Func<Trial, bool> has) => ClusteredProportion.Of(
        [.. trials.GroupBy(trial => trial.ProblemId, StringComparer.Ordinal).Select(problem => (problem.Count(), problem.Count(has)))]);
}
