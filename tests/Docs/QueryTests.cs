using System.Text.RegularExpressions;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using DuckDB.NET.Data;
using Xunit;

namespace Calibration.Tests.Docs;

/// <summary>The queries of <c>docs/schema.md</c>, run by DuckDB on a real run's files, give what the rows say.</summary>
public sealed partial class QueryTests(FallingRun run) : IClassFixture<FallingRun>
{
    private static readonly string[] Queries =
        [.. Query().Matches(File.ReadAllText(Repository.File("docs/schema.md"))).Select(match => match.Groups[1].Value)];

    [Fact]
    public async Task Accuracy_OfEveryTaskAndBudget_IsThatOfTheRows()
    {
        Trial[] usable = [.. (await TrialsAsync()).Where(trial => trial.IsUsable)];
        var expected =
            from trial in usable
            group trial by (trial.Task, trial.BudgetTokens) into at
            orderby at.Key.Task, at.Key.BudgetTokens
            select (at.Key.Task, at.Key.BudgetTokens, (long)at.Count(), at.Average(trial => trial.Correct ? 1.0 : 0),
                at.Average(trial => trial.Status == TrialStatus.NoAnswer ? 1.0 : 0));
        Assert.Equal(expected, Rows(0).Select(row => ((string)row[0], (int)row[1], (long)row[2], (double)row[3], (double)row[4])));
    }

    [Fact]
    public async Task SpoiledAnswers_AreThoseOfTheRows()
    {
        List<Trial> trials = await TrialsAsync();
        var expected =
            from wrong in trials
            where wrong.IsUsable && !wrong.Correct
                && wrong.BudgetTokens == trials.Where(trial => trial.Task == wrong.Task).Max(trial => trial.BudgetTokens)
            let right = trials.Where(trial => trial.Correct && (trial.Task, trial.ProblemId, trial.Run)
                == (wrong.Task, wrong.ProblemId, wrong.Run))
            where right.Any()
            select (wrong.Task, wrong.ProblemId, wrong.Run, right.Max(trial => trial.BudgetTokens), wrong.BudgetTokens);
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected, Rows(1).Select(row => ((string)row[0], (string)row[1], (int)row[2], (int)row[3], (int)row[4])));
    }

    [Fact]
    public async Task ServiceTimes_AreOfTheLine()
    {
        List<ServiceSample> samples = await RunFolder.Open(run.Folder).Service.ReadAsync().ToListAsync(
            TestContext.Current.CancellationToken);
        object[][] rows = Rows(2);
        Assert.Equal(["arc", "gsm8k"], rows.Select(row => row[0]));
        foreach (object[] row in rows)
        {
            ServiceSample[] timed = [.. samples.Where(sample => sample.Task == (string)row[0] && sample.Status == TrialStatus.Ok)];
            (double meanX, double meanY) = (timed.Average(sample => sample.ThinkingTokens), timed.Average(sample => sample.ServiceS));
            double slope = timed.Sum(sample => (sample.ThinkingTokens - meanX) * (sample.ServiceS - meanY))
                / timed.Sum(sample => (sample.ThinkingTokens - meanX) * (sample.ThinkingTokens - meanX));
            Assert.Equal((long)timed.Length, row[1]);
            Assert.Equal(slope, (double)row[2], 1e-9);
            Assert.Equal(meanY - (slope * meanX), (double)row[3], 1e-9);
        }
    }

    private Task<List<Trial>> TrialsAsync() =>
        RunFolder.Open(run.Folder).Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken).AsTask();

    private object[][] Rows(int query)
    {
        Assert.Equal(3, Queries.Length);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SET file_search_path = '{run.Folder}'";
        command.ExecuteNonQuery();
        command.CommandText = Queries[query];
        using DuckDBDataReader reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return [.. rows];
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Query();
}
