using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Report.Page;

/// <summary>Everything that a run's page shows.</summary>
/// <param name="Manifest">How the run was measured.</param>
/// <param name="Fits">The run's fits.</param>
public sealed record PageContent(RunManifest Manifest, RunFits Fits)
{
    /// <summary>The allocation; null if every task has too many missing trials.</summary>
    public RunAllocation? Allocation { get; init; }

    /// <summary>What the rows say beside the fits.</summary>
    public required RowFindings Findings { get; init; }

    /// <summary>The figures in their order.</summary>
    public ImmutableArray<Figure> Figures { get; init; } = [];

    /// <summary>The content of <c>workload.json</c>, on which a reader's questions are solved; null where there is none.</summary>
    public string? Workload { get; init; }
}
