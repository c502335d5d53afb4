using Calibration.Analysis;

namespace Calibration.Report.Tables;

/// <summary>Where a table's numbers come from, for its caption.</summary>
internal static class TableSource
{
    internal static string Of(RunFits fits) => $"model {fits.Model}" + (fits.Simulated ? ", simulated endpoint" : "")
        + (fits.Incomplete is { } incomplete ? $", {incomplete}" : "")
        + (fits.Samples ? ", sample problems (not the benchmarks')" : "");
}
