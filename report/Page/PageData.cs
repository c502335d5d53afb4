using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Page;

/// <summary>What the page's script reads: the workload, the run's own answer, and the measured points.</summary>
internal static class PageData
{
    /// <summary>
    /// JSON for a script element: the serializer writes every sign that could end the element as an escape. The word null where nothing
    /// can be asked: without an allocation, or on a server with slots.
    /// </summary>
    internal static string Of(PageContent content)
    {
        if (content.Allocation is not { } allocation || content.Workload is not { } workload)
            return "null";
        var data = new JsonObject
        {
            ["server"] = allocation.ServerSpeed is null ? "one" : "slots",
            ["workload"] = allocation.ServerSpeed is null ? JsonNode.Parse(workload) : null,
            ["measured"] = new JsonArray([.. allocation.Tasks.Select(task => Measured(content.Fits, task))]),
            ["best_uniform_tokens"] = allocation.BestUniform?.BudgetTokens,
            ["simulated"] = content.Fits.Simulated,
        };
        return data.ToJsonString(JsonSerializerOptions.Default);
    }

    private static JsonObject Measured(RunFits fits, TaskAllocation decided)
    {
        TaskFits task = fits.Tasks.First(task => task.Task == decided.Task);
        AccuracyPoint[] points = [.. task.Accuracy.Points.Where(point => point.Answers > 0)];
        return new JsonObject
        {
            ["task"] = task.Task,
            ["name"] = task.DisplayName,
            ["budget"] = decided.BudgetTokens,
            ["points"] = new JsonArray([.. points.Select(point => (JsonNode)new JsonArray(
                point.BudgetTokens, Math.Round(point.Correct / point.Answers, 6)))]),
        };
    }
}
