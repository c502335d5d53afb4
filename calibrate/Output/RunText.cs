using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Calibrate.Settings;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>A run in one screen: who, what, when, how complete, the answer, the gravest warnings.</summary>
internal static class RunText
{
    private const int ShownWarnings = 5;
    private const int Width = 140;

    /// <exception cref="InvalidDataException">A file of the run is damaged.</exception>
    internal static async Task<string> OfAsync(PointFolder place, CancellationToken cancellationToken)
    {
        RunManifest manifest = place.Run.ReadManifest();
        RunCounts counts = await RunAnalysis.CountAsync(place.Run, cancellationToken);
        Incompleteness? incomplete = Incompleteness.Of(manifest, counts.Tasks.Sum(task => task.Tried));
        var text = new StringBuilder(manifest.Id);
        foreach (string label in Labels(manifest, incomplete))
            text.Append("  [").Append(label).Append(']');
        text.Append('\n');
        foreach ((string word, string value) in Facts(manifest, counts).Where(fact => fact.Value.Length > 0))
            text.Append(CultureInfo.InvariantCulture, $"  {word,-9} {value}\n");
        text.Append('\n').Append(TerminalTable.Of([.. Table(manifest, counts)], Width));
        AppendAnswer(text, place, counts);
        return text.ToString();
    }

    /// <summary>One task's answers at each budget.</summary>
    internal static string OfTask(RunManifest manifest, CountedTask task)
    {
        string simulated = manifest.Simulated ? " (simulated endpoint)" : "";
        string[] header = ["budget", "answers", "accuracy", "not read", "budget-limited"];
        return $"{task.Task} in {manifest.Id}{simulated}\n\n" + TerminalTable.Of(
            [
                header,
                .. task.Budgets.Select(at => new[]
                {
                    Whole(at.BudgetTokens), Whole(at.Answers),
                    ((double)at.Correct / at.Answers).ToString("0.000", CultureInfo.InvariantCulture),
                    at.UnreadShare.ToString("0.0 %", CultureInfo.InvariantCulture),
                    at.LimitedShare.ToString("0.0 %", CultureInfo.InvariantCulture),
                }),
            ],
            Width);
    }

    private static IEnumerable<string> Labels(RunManifest manifest, Incompleteness? incomplete)
    {
        if (manifest.Simulated)
            yield return "simulated endpoint";
        if (manifest.Samples)
            yield return "own sample problems";
        if (incomplete is not null)
            yield return incomplete.ToString();
    }

    private static IEnumerable<(string Word, string Value)> Facts(RunManifest manifest, RunCounts counts)
    {
        RunPlan plan = manifest.Plan;
        EndpointFacts endpoint = manifest.Endpoint;
        string others = manifest.OtherEndpoints.IsEmpty ? "" : $" and {manifest.OtherEndpoints.Length} more";
        yield return ("model", $"{manifest.ShownModel} on {$"{endpoint.Server} {endpoint.Version}".TrimEnd()}, {endpoint.Url}{others}");
        yield return ("started", string.Create(
            CultureInfo.InvariantCulture,
            $"{manifest.CreatedUtc:yyyy-MM-dd HH:mm} UTC by Calibration {manifest.Tool.Version}{CommitOf(manifest.Tool)}"));
        yield return ("asked", string.Create(
            CultureInfo.InvariantCulture,
            $"{(plan.Semantics == BudgetSemantics.Exact ? "exactly" : "at most")} ℓ thinking tokens, {RunsOf(plan)} per problem, "
                + $"temperature {plan.Sampling.Temperature}, seed {plan.Seed}, prompts as {FormatOf(plan)}{ShardOf(plan)}"));
        yield return ("notes", string.Join(", ", manifest.Notes.Select(note => $"{note.Key}={note.Value}")));
        long excluded = counts.Tasks.Sum(task => task.Excluded);
        yield return ("trials", string.Create(
            CultureInfo.InvariantCulture, $"{counts.Tasks.Sum(task => task.Tried):N0} tried, {excluded:N0} of them excluded"));
    }

    private static string CommitOf(ToolFacts tool) =>
        tool.Commit.Length == 0 ? "" : $", commit {tool.Commit[..Math.Min(7, tool.Commit.Length)]}{(tool.Dirty ? " with changes" : "")}";

    private static string RunsOf(RunPlan plan) => plan.Runs == 1 ? "1 run" : $"{Whole(plan.Runs)} runs";

    private static string FormatOf(RunPlan plan) => plan.PromptFormat == PromptFormat.Text ? "text" : "token ids";

    private static string ShardOf(RunPlan plan) =>
        plan.Shard == Shard.Whole ? "" : $", part {plan.Shard.Index} of {plan.Shard.Count} of the plan";

    private static IEnumerable<string[]> Table(RunManifest manifest, RunCounts counts)
    {
        yield return ["task", "problems", "budgets", "trials", "excluded", "not read, at most", "budget-limited at the largest"];
        foreach ((TaskFacts facts, CountedTask task) in manifest.Tasks.Zip(counts.Tasks))
        {
            yield return
            [
                task.Task, Whole(facts.Items), $"{facts.Budgets[0]} to {facts.Budgets[^1]} ({facts.Budgets.Length})", Whole(task.Tried),
                Whole(task.Excluded), Shown(task.Budgets.MaxBy(at => at.UnreadShare), at => at.UnreadShare),
                Shown(task.Budgets.LastOrDefault(), at => at.LimitedShare),
            ];
        }
    }

    private static string Shown(BudgetAnswers? at, Func<BudgetAnswers, double> share) =>
        at is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{share(at):0.0 %} at {at.BudgetTokens} tokens");

    private static void AppendAnswer(StringBuilder text, PointFolder place, RunCounts counts)
    {
        string run = place.Run.Path;
        if (!place.Run.HasEnded)
            text.Append(CultureInfo.InvariantCulture, $"It is being measured, or was interrupted: calibrate run --resume {run}\n");
        if (!File.Exists(place.Run.In("fits.json")))
        {
            text.Append(CultureInfo.InvariantCulture, $"It is not fitted yet: calibrate fit {run}\n");
            return;
        }

        RunFits fits = RunAnalysis.ReadFits(place.Run);
        if (fits.RowsHash is { } hash && hash != counts.Hash)
            text.Append(CultureInfo.InvariantCulture, $"Its fits are of other rows than it has now: calibrate fit {run}\n");
        if (fits.Tasks.All(task => task.IsMissingData))
        {
            text.Append("There is no allocation: every task has too many missing trials.\n");
            return;
        }

        if (!File.Exists(place.In("allocation.json")))
        {
            text.Append(CultureInfo.InvariantCulture, $"It has no allocation yet: calibrate allocate {run}\n");
            return;
        }

        try
        {
            Append(text, RunAnalysis.Read(place).Allocation!);
        }
        catch (AnalysisException fault)
        {
            text.Append(fault.Message).Append('\n');
        }
    }

    private static void Append(StringBuilder text, RunAllocation allocation)
    {
        foreach (string line in Summary.Answer(allocation))
            text.Append(line).Append('\n');
        text.Append("  ").Append(AnswerText.Of(allocation)).Append("\n  ").Append(AnswerText.Objective(allocation)).Append('\n');
        foreach (Warning warning in allocation.Warnings.OrderByDescending(warning => warning.Severity).Take(ShownWarnings))
            text.Append(CultureInfo.InvariantCulture, $"  {warning.Severity}: {OptionNames.In(warning.Text)}\n");
        if (allocation.Warnings.Length > ShownWarnings)
        {
            int more = allocation.Warnings.Length - ShownWarnings;
            text.Append(CultureInfo.InvariantCulture, $"  {more} more warnings are in report.html.\n");
        }
    }

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
