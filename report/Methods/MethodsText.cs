using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Report.Methods;

/// <summary>
/// The methods paragraph of a paper, filled in from the manifest, the fits and the allocation. Citations are written [@key] in Markdown,
/// and \\cite{key} in LaTeX; the keys are those of references.bib.
/// </summary>
public sealed class MethodsText(RunManifest manifest, RunFits fits, RunAllocation? allocation)
{
    private static readonly string[] NumericPackages = ["MathNet.Numerics", "ScottPlot", "Parquet.Net"];

    /// <summary>The paragraphs in Markdown.</summary>
    public string Markdown() => "# Methods\n\n" + string.Join(
        "\n\n", Paragraphs().Select(sentences => string.Join(' ', sentences.Select(part => part.Replace(
            References.Open, "[@", StringComparison.Ordinal).Replace(References.Close, "]", StringComparison.Ordinal))))) + "\n";

    /// <summary>The paragraphs in LaTeX. Versions and hashes cannot be broken, so words may stand further apart.</summary>
    public string Latex() => "\\begin{sloppypar}\n" + string.Join(
        "\n\n", Paragraphs().Select(sentences => string.Join('\n', sentences.Select(part => TexText.Escaped(part)
            .Replace(TexText.Escaped(References.Open), "\\cite{", StringComparison.Ordinal)
            .Replace(TexText.Escaped(References.Close), "}", StringComparison.Ordinal))))) + "\n\\end{sloppypar}\n";

    private IEnumerable<ImmutableArray<string>> Paragraphs()
    {
        yield return [.. Measured().Where(IsText)];
        yield return [.. Timed().Where(IsText)];
        yield return [.. Fitted().Where(IsText)];
        if (allocation is not null)
            yield return [.. Decided(allocation).Where(IsText)];
        yield return [.. Software()];
    }

    private IEnumerable<string> Measured()
    {
        RunPlan plan = manifest.Plan;
        string[] given = [.. manifest.Notes.Select(note => $"{note.Key}: {note.Value}")];
        string notes = given.Length == 0 ? "" : $" ({string.Join(", ", given)})";
        string servers = manifest.OtherEndpoints.IsEmpty ? "" : $" and {manifest.OtherEndpoints.Length} further servers of the same model";
        yield return $"We measured {fits.Model}{Cited(References.ModelKey)} on {manifest.Endpoint.Server} {manifest.Endpoint.Version}"
            + $"{Cited(References.ServerKey)}{servers}{notes} with Calibration{Cited(References.ToolKey)}, after the method of Ozbas and "
            + $"Bastopcu{Cited(References.PaperKey)}.";
        yield return manifest.Simulated ? "The endpoint is simulated: no language model answered." : "";
        yield return manifest.Samples ? "The problems are invented samples in the benchmarks' formats, not the benchmarks themselves." : "";
        yield return $"The tasks are {string.Join(", ", manifest.Tasks.Select(Named))}.";
        string runs = plan.Runs == 1 ? "one run" : $"{FiguresOf(plan.Runs)} independent runs";
        yield return $"Each problem was asked in {runs} at each thinking budget: "
            + $"{string.Join("; ", BudgetGrids())}.";
        SamplingSettings sampling = plan.Sampling;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Sampling used temperature {sampling.Temperature}, top-p {sampling.TopP}, top-k {sampling.TopK} and min-p {sampling.MinP}; "
                + $"the seed was {plan.Seed}.");
        yield return plan.Semantics == BudgetSemantics.Exact
            ? $"Budgets are exact: thinking that the model ended early was continued with a cue{Cited(References.ForcingKey)}, and after "
                + "two cues its end was masked; thinking was cut at the budget."
            : "Budgets are caps: the model may end its thinking earlier.";
        yield return plan.Independent
            ? "Every budget had its own thinking trace."
            : "One trace per problem and run served all budgets: each answer continues from its first ℓ tokens.";
        yield return "Every answer began with the same fixed cue of its task and had the same token limit at every budget.";
        yield return Excluded();
    }

    private IEnumerable<string> Timed()
    {
        yield return "Service times were measured in a separate pass, with one request at a time on "
            + $"{FiguresOf(manifest.Plan.LatencyItems)} problems per task and without prefix-cache hits from other requests.";
        int excluded = fits.Tasks.Sum(task => task.ServiceExcluded), used = fits.Tasks.Sum(task => task.Service.Points.Count);
        yield return $"{FiguresOf(used)} times were used, and {FiguresOf(excluded)} suspect ones were excluded.";
        yield return manifest.RequestOverhead is { Subtracted: > 0 } overhead
            ? string.Create(
                CultureInfo.InvariantCulture, $"The fixed cost of a second request, {overhead.Seconds:0.0000} s, was subtracted.")
            : "";
    }

    private IEnumerable<string> Fitted()
    {
        string method = fits.Tasks.Select(task => task.Accuracy.Method).FirstOrDefault() switch
        {
            FitMethod.LeastSquares => "unweighted nonlinear least squares",
            FitMethod.WeightedLeastSquares => "weighted nonlinear least squares",
            _ => "binomial maximum likelihood",
        };
        yield return $"Accuracy was fitted by {method} with the model p(ℓ) = D + A(1 − exp(−bℓ)), and service time by "
            + "weighted least squares with t(ℓ) = t0 + cℓ.";
        yield return "95 % intervals are clustered by problem for accuracy, and by trace for times.";
        yield return "If the data rejected the exponential, a Hill curve or monotone interpolation was used.";
        TaskFits[] shaped = [.. fits.Tasks.Where(task => task.Shape is not null)];
        yield return shaped.Length == 0
            ? ""
            : $"The shapes are: {string.Join("; ", shaped.Select(task => $"{task.DisplayName} {task.Shape!.ShownName}"))}.";
    }

    private static IEnumerable<string> Decided(RunAllocation allocation)
    {
        yield return $"The budgets maximise J(ℓ) = α · accuracy − mean system time at {AllocationPoint.Of(allocation).Caption}.";
        yield return allocation.ServerSpeed is null
            ? "The mean system time is that of an M/G/1 queue, first come, first served."
            : "The mean system time is that of a server with several slots, by an approximation.";
        yield return string.Create(CultureInfo.InvariantCulture, $"J at the optimum is {allocation.Objective:0.000} s")
            + (allocation.Decision is { } decision
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"; corrected for misfit and optimism it is {decision.Objective.Value:0.000} s, with the 95 % interval "
                        + $"{decision.Objective.Interval.Low:0.000} to {decision.Objective.Interval.High:0.000} s, from "
                        + $"{decision.Replicates:N0} bootstrap replicates that fit and optimise again.")
                : ".");
    }

    private IEnumerable<string> Software()
    {
        ToolFacts tool = manifest.Tool;
        string commit = tool.Commit.Length >= 8 ? $", commit {tool.Commit[..8]}{(tool.Dirty ? " with changes" : "")}" : "";
        string packages = string.Join(
            ", ",
            tool.Packages.Where(package => NumericPackages.Contains(package.Key)).Select(package => $"{package.Key} {package.Value}"));
        yield return $"Software: Calibration {tool.Version}{commit}, {tool.Runtime}{(packages.Length > 0 ? ", " + packages : "")}, on "
            + $"{tool.OperatingSystem} with {FiguresOf(tool.Processors)} processors.";
        yield return string.Create(
            CultureInfo.InvariantCulture, $"The run {manifest.Id} began on {manifest.CreatedUtc:yyyy-MM-dd, HH:mm} UTC")
            + (fits.Incomplete is { } incomplete ? $" and is {incomplete}." : ".")
            + (manifest.MeasuringS is { } took ? $" Measuring took {DurationText.Of(TimeSpan.FromSeconds(took))}." : "");
    }

    private string Excluded()
    {
        int tried = fits.Tasks.Sum(task => task.Exclusions.Sum(at => at.Tried)), excluded = fits.Tasks.Sum(task => task.Exclusions.Sum(
            at => at.Excluded));
        string share = tried == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100.0 * excluded / tried:0.00} %)");
        return $"Of {FiguresOf(tried)} trials, {FiguresOf(excluded)}{share} are excluded.";
    }

    private static string Named(TaskFacts task) =>
        $"{task.DisplayName}{Cited(References.KeyOf(task.Task))} ({FiguresOf(task.Items)} problems)";

    /// <summary>Tasks with the same budgets together.</summary>
    private IEnumerable<string> BudgetGrids() =>
        from task in manifest.Tasks
        group task.DisplayName by string.Join(", ", task.Budgets.Select(FiguresOf)) into same
        select $"{string.Join(", ", same)}: {same.Key}";

    private static string Cited(string key) => $" {References.Open}{key}{References.Close}";

    private static string FiguresOf(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static bool IsText(string sentence) => sentence.Length > 0;
}
