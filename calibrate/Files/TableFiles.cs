using Calibration.Analysis;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>Table I in three forms.</summary>
internal static class TableFiles
{
    internal static async Task WriteAsync(string folder, RunFits fits, RunAllocation? allocation)
    {
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.csv"), Table1.Csv(fits, allocation));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.md"), Table1.Markdown(fits, allocation));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.tex"), Table1.Latex(fits, allocation));
    }
}
