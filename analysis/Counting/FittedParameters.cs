using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>A task's fitted parameters as rows of <c>fits.parquet</c>.</summary>
internal static class FittedParameters
{
    internal static IEnumerable<FittedParameter> Of(TaskFits task)
    {
        return
        [
            Row("A", task.Accuracy.Verdict, task.Accuracy.A),
            Row("b", task.Accuracy.Verdict, task.Accuracy.B),
            Row("D", task.Accuracy.Verdict, task.Accuracy.D),
            Row("t0_s", task.Service.Verdict, task.Service.T0Seconds),
            Row("c_s_per_token", task.Service.Verdict, task.Service.SecondsPerToken),
        ];

        FittedParameter Row(string name, Verdict verdict, ParameterEstimate estimate) => new(
            task.Task,
            name,
            verdict.ToString(),
            estimate.Status.ToString(),
            estimate.Status == ParameterStatus.NotIdentifiable ? null : estimate.Value,
            estimate.StandardError,
            estimate.Interval?.Low,
            estimate.Interval?.High,
            estimate.Reason ?? "");
    }
}
