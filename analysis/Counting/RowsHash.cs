using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>
/// A hash of what the fits use of a run's rows, in the rows' order. It does not depend on how the rows are stored, so that it is the same
/// from journals and from Parquet.
/// </summary>
internal sealed class RowsHash : IDisposable
{
    private const int Digits = 16;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal void Add(Trial row) =>
        Add($"{row.Task}|{row.ProblemId}|{row.Run}|{row.BudgetTokens}|{row.ThinkingTokens}|{row.Status}|{row.Correct}");

    internal void Add(ServiceSample row) => Add(string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Task}|{WithinRun(row.TraceId)}|{row.BudgetTokens}|{row.ThinkingTokens}|{row.ServiceS:R}|{row.ThinkingS:R}|{row.Status}"));

    /// <summary>The hash of all rows so far, in lower-case hex.</summary>
    internal string Value => Convert.ToHexStringLower(_hash.GetCurrentHash())[..Digits];

    /// <summary>A trace's id without the run's, which a renamed run would not share with itself.</summary>
    private static string WithinRun(string traceId) => traceId[(traceId.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public void Dispose() => _hash.Dispose();

    private void Add(string row)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(row));
        _hash.AppendData("\n"u8);
    }
}
