using System.Text.Json;
using Calibration.Harness;
using Calibration.Tests.Datasets;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

/// <summary>Under <c>cap</c> a trace that the model closed has one answer, so that a budget added between others changes none.</summary>
public sealed class ClosedAnswerTests
{
    /// <summary>The answer after the model's own close is sampled with one seed, whichever budget asks it first.</summary>
    [Fact]
    public async Task Measure_ClosedByTheModel_SeedIsThatOfTheThinking()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        (string, int)[] first = await AnswersAsync("0,16,200"), whole = await AnswersAsync("0,16,100,200");
        Assert.Equal(9, first.Length);
        Assert.Equal(first, whole);

        async Task<(string, int)[]> AnswersAsync(string budgets)
        {
            await using ScriptedServer server = new SglangShapes(strictThinking: false).Start();
            _ = await MeasuredRun.OfAsync(
                new Uri(server.Address, "/v1"),
                "--task",
                $"own={task.Path}",
                "--runs",
                "1",
                "--semantics",
                "cap",
                "--concurrency",
                "1",
                "--latency-items",
                "2",
                "--budgets",
                budgets);
            HashSet<string> groups = [.. Enumerable.Range(0, 3).Select(i => new ProblemRun(1, "own", $"p{i}", 0).NameOf(""))];
            return
            [
                .. from request in server.Requests
                   where request.Path == "/v1/completions"
                   let body = JsonDocument.Parse(request.Body).RootElement
                   where groups.Contains(body.GetProperty("user").GetString()!) && body.GetProperty("max_tokens").GetInt32() == 32
                   select (body.GetProperty("prompt").GetRawText(), body.GetProperty("seed").GetInt32()),
            ];
        }
    }
}
