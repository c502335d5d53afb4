namespace Calibration.Results;

/// <summary>One fitted parameter of one task. A row of <c>fits.parquet</c>.</summary>
/// <param name="Task">Task name.</param>
/// <param name="Parameter">Name as in the command line's JSON: <c>A</c>, <c>b</c>, <c>D</c>, <c>t0_s</c>, <c>c_s_per_token</c>.</param>
/// <param name="Verdict">Verdict of the fit that it belongs to.</param>
/// <param name="Status">Whether the data determine it.</param>
/// <param name="Value">Fitted value; absent where not identifiable.</param>
/// <param name="StandardError">Clustered standard error; absent where there is none.</param>
/// <param name="Low">Lower end of the 95 % interval; absent where there is none.</param>
/// <param name="High">Upper end of the 95 % interval; absent where there is none.</param>
/// <param name="Reason">Which bound, or why not identifiable; empty where identified.</param>
public sealed record FittedParameter(
    string Task, string Parameter, string Verdict, string Status, double? Value, double? StandardError, double? Low, double? High,
    string Reason);
