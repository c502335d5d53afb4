using System.Globalization;
using System.Net;
using System.Text;
using Calibration.Analysis.Findings;
using Calibration.Report.Page;
using Calibration.Results;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Report;

/// <summary>The report's numbers on real small runs are those of the run's rows, counted here again.</summary>
[Collection("llama.cpp")]
public sealed class RunReportTests
{
    private const string LatencyHeading = "Service times from one streamed trace and from separate requests";
    private const string LengthenedHeading = "What forced extra thinking does to accuracy";
    private const string ClosesHeading = "How much of the caps was used";

    [Fact]
    public async Task Report_EmbeddedExact_StatesBothDifferencesAsSimulated()
    {
        ReportedRun run = await ReportedRun.OfAsync("--items", "30", "--runs", "2", "--datasets", "gsm8k,arc", "--latency-items", "3");
        AssertLatency(run, ["GSM8K", "ARC-Challenge"], budgetsATask: 2);
        AssertLengthened(run, "gsm8k", "GSM8K");
        Assert.Contains("(simulated endpoint)", run.Section(LatencyHeading), StringComparison.Ordinal);
        Assert.Contains("(simulated endpoint)", run.Section(LengthenedHeading), StringComparison.Ordinal);
        Assert.DoesNotContain(ClosesHeading, run.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_EmbeddedCap_StatesWhatWasUsedAndNothingOfForcing()
    {
        ReportedRun run = await ReportedRun.OfAsync(
            "--items", "30", "--runs", "1", "--datasets", "gsm8k", "--latency-items", "3", "--semantics", "cap");
        string[][] table = run.Table(ClosesHeading);
        Assert.Equal(9, table.Length);
        foreach (string[] row in table)
        {
            Trial[] trials = [.. run.Rows.Trials.Where(trial => trial.BudgetTokens == Whole(row[1]))];
            Assert.Equal((trials.Count(trial => trial.ClosedByModel), trials.Length), ReportedRun.Share(row[2]));
            Assert.Equal(trials.Average(trial => trial.ThinkingTokens).ToString("0.0", CultureInfo.InvariantCulture), row[3]);
        }

        Assert.DoesNotContain(LengthenedHeading, run.Html, StringComparison.Ordinal);
        Assert.Contains("(simulated endpoint)", run.Section(ClosesHeading), StringComparison.Ordinal);
        Assert.DoesNotContain("overstates", WebUtility.HtmlDecode(run.Html), StringComparison.Ordinal);
        double used = double.Parse(Assert.Single(run.Table("Allocation"))[6].TrimStart('≥', ' '), CultureInfo.InvariantCulture);
        Assert.InRange(used, 1, double.Parse(Assert.Single(run.Table("Allocation"))[2], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Report_IndependentTraces_ComparesNoTraceWithItself()
    {
        ReportedRun run = await ReportedRun.OfAsync(
            "--items", "12", "--runs", "1", "--datasets", "gsm8k", "--latency-items", "2", "--independent");
        Assert.All(run.Table(LengthenedHeading), row => Assert.Equal(["–", "–", "–"], row[4..]));
        AssertLengthened(run, "gsm8k", "GSM8K");
    }

    [Fact]
    public async Task Report_Thinker_StatesThatForcedThinkingCostsAccuracy()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 4, contextPerSlot: 2048);
        ReportedRun run = await ReportedRun.OfAsync(
            "--endpoint", server.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", "bbh", "--items", "30",
            "--runs", "1",
            "--budgets", "0,16,64,257", "--temperature", "0.6", "--concurrency", "4", "--latency-items", "2");
        AssertLatency(run, ["BBH"], budgetsATask: 2);
        AssertLengthened(run, "bbh", "BBH");
        Assert.DoesNotContain("simulated endpoint", run.Section(LatencyHeading), StringComparison.Ordinal);

        // The thinker has answered after at most 64 tokens (its README) and babbles on when it is forced to.
        string section = run.Section(LengthenedHeading);
        Assert.Contains("BBH: accuracy falls beyond 64 thinking tokens", section, StringComparison.Ordinal);
        Assert.Contains("100 % of the answers at 257 follow lengthened thinking", section, StringComparison.Ordinal);
        string[] longest = run.Table(LengthenedHeading)[^1];
        Assert.Equal(("257", "–", 30), (longest[1], longest[2], ReportedRun.Share(longest[3]).Count));
    }

    [Fact]
    public void Table_TextFromOutside_IsEscaped() => Assert.Equal(
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"&quot;&gt;\"><table>\n<thead><tr><th scope=\"col\">"
            + "&lt;script&gt;alert(1)&lt;/script&gt;</th></tr></thead>\n<tbody>\n</tbody></table></div>\n",
        new StringBuilder().Table([["<script>alert(1)</script>"]], "\">").ToString());

    private static void AssertLatency(ReportedRun run, string[] tasks, int budgetsATask)
    {
        string[][] table = run.Table(LatencyHeading);
        Assert.Equal(tasks.SelectMany(task => Enumerable.Repeat(task, budgetsATask)), table.Select(row => row[0]));
        foreach (string[] row in table)
        {
            ServiceSample separate = Assert.Single(
                run.Rows.Service, sample =>
                    sample.TraceId.EndsWith($"/latency/{row[1]}", StringComparison.Ordinal) && Seconds(sample.ThinkingS) == row[3]
                        && Seconds(sample.ServiceS) == row[6]);
            ServiceSample streamed = Assert.Single(
                run.Rows.Service, sample =>
                    sample.TraceId == separate.TraceId[..separate.TraceId.LastIndexOf('/')]
                        && sample.BudgetTokens == separate.BudgetTokens);
            Assert.Equal((Seconds(streamed.ThinkingS), Seconds(streamed.ServiceS)), (row[2], row[5]));
            Assert.Equal(Percent(separate.ThinkingS / streamed.ThinkingS), row[4]);
            Assert.Equal(Percent(separate.ServiceS / streamed.ServiceS), row[7]);
        }

        // The machine may stall: a large difference has a sentence of its own.
        LatencyDifference[] small = [.. LatencyDifference.Of(run.Rows.Service).Where(difference => !difference.IsLarge)];
        Assert.Equal(table.Length - small.Length, run.Log.Split("by its own request").Length - 1);
        if (small.Length == 0)
            return;
        Assert.Contains(
            string.Create(
                CultureInfo.InvariantCulture,
                $"checked by separate requests {small.Length} times: they differ by {small.Min(of => of.ThinkingPercent):+0.0;-0.0;0.0} to "
                    + $"{small.Max(of => of.ThinkingPercent):+0.0;-0.0;0.0} %."),
            run.Log,
            StringComparison.Ordinal);
    }

    private static void AssertLengthened(ReportedRun run, string task, string name)
    {
        string[][] table = [.. run.Table(LengthenedHeading).Where(row => row[0] == name)];
        Assert.Equal(
            run.Rows.Trials.Where(trial => trial.Task == task && trial.BudgetTokens > 0).Select(trial => trial.BudgetTokens).Distinct()
                .Order(),
            table.Select(row => Whole(row[1])));
        Dictionary<string, Trace> traces = run.Rows.Traces.ToDictionary(trace => trace.TraceId);
        foreach (string[] row in table)
        {
            Trial[] trials = [.. run.Rows.Trials.Where(trial => trial.Task == task && trial.BudgetTokens == Whole(row[1]))];
            ILookup<bool, Trial> byForce = trials.ToLookup(trial =>
                traces[trial.TraceId].CuePositions.Any(cue => cue < trial.BudgetTokens)
                    || traces[trial.TraceId].MaskedFrom < trial.BudgetTokens);
            Assert.Equal((byForce[false].Count(trial => trial.Correct), byForce[false].Count()), ReportedRun.Share(row[2]));
            Assert.Equal((byForce[true].Count(trial => trial.Correct), byForce[true].Count()), ReportedRun.Share(row[3]));
            if (row[4] != "–")
                Assert.Equal(
                    ReportedRun.Share(row[4]).Successes - Whole(row[5]) + Whole(row[6]),
                    byForce[true].Count(trial => trial.Correct && HasEarlier(trial)));
        }

        Assert.Contains(table, row => ReportedRun.Share(row[3]).Count > 0);

        // Only a trace that some smaller budget cut before its lengthening has answers from before it.
        bool HasEarlier(Trial now) => run.Rows.Trials.Any(other =>
            other.TraceId == now.TraceId && other.BudgetTokens > 0 && other.Cues == 0
                && !(traces[now.TraceId].MaskedFrom < other.BudgetTokens));
    }

    private static int Whole(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => (100 * (ratio - 1)).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %";
}
