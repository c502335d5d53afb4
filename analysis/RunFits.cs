using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>What a run taught: the content of <c>fits.json</c>, its points included, so that figures need nothing else.</summary>
public sealed record RunFits
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>Hash of the rows that the fits were made from; absent in files of schema 1.</summary>
    public string? RowsHash { get; init; }

    /// <summary>Whether answers or times come from a simulation.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Whether the problems are the product's own samples.</summary>
    public required bool Samples { get; init; }

    /// <summary>The model's name as it is shown: the user's label, else its name on the server without folders.</summary>
    public required string Model { get; init; }

    /// <summary>What a budget meant.</summary>
    public required BudgetSemantics Semantics { get; init; }

    /// <summary>How many of the planned trials the run has; null where it has all.</summary>
    public Incompleteness? Incomplete { get; init; }

    /// <summary>
    /// The fixed cost of a request, which was subtracted once from every service time with thinking where its interval lies above 0.
    /// </summary>
    public RequestOverhead? RequestOverhead { get; init; }

    /// <summary>The tasks in the run's order.</summary>
    public required ImmutableArray<TaskFits> Tasks { get; init; }
}

/// <summary>What a run taught about one task.</summary>
public sealed record TaskFits
{
    /// <summary>Accuracy has ended to rise at a budget beyond which it rises by at most this share of its whole rise.</summary>
    private const double SaturatedShare = 0.1;

    /// <summary>Task name in files.</summary>
    public required string Task { get; init; }

    /// <summary>Task name in tables and figures.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The accuracy curve, its points and what they are worth.</summary>
    public required AccuracyFit Accuracy { get; init; }

    /// <summary>95 % intervals of the measured accuracies, in order of the budgets; empty in files of schema 1.</summary>
    public ImmutableArray<AccuracyInterval> Intervals { get; init; } = [];

    /// <summary>
    /// The shape's pointwise 95 % band, in order of the budgets; empty where there is no curve, and in files of schema 1.
    /// </summary>
    public ImmutableArray<BandPoint> Band { get; init; } = [];

    /// <summary>The shape that the decision uses; absent in files of schema 1, and where the task is not fitted.</summary>
    public TaskShape? Shape { get; init; }

    /// <summary>The service-time line, its points and what they are worth.</summary>
    public required ServiceTimeFit Service { get; init; }

    /// <summary>
    /// Budgets that would help most: where no curve is identifiable because too few budgets lie up to the peak, or because accuracy rises
    /// before the first positive budget. Empty where more answers rather than more budgets are missing.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<int> HelpfulBudgets
    {
        get
        {
            AccuracyPoint[] known = [.. Accuracy.Points.Where(point => point.Answers > 0)];
            if (Accuracy.Verdict != Verdict.NotIdentifiable || known.Length < 2)
                return [];
            double[] shares = [.. known.Select(point => point.Correct / point.Answers)];
            bool isSaturated = shares.Max() - shares[1] <= SaturatedShare * (shares.Max() - shares[0]);
            int? top = Shape?.Fall?.PeakTokens ?? (isSaturated && shares[1] > shares[0] ? known[1].BudgetTokens : null);
            return top is not { } end ? [] :
            [
                .. new[] { end / 4, end / 2 }.Where(budget => budget > 0 && known.All(point => point.BudgetTokens != budget)).Distinct(),
            ];
        }
    }

    /// <summary>Number of trials by status; those that are neither Ok nor NoAnswer are out of the fits.</summary>
    public required ImmutableSortedDictionary<string, int> Trials { get; init; }

    /// <summary>Number of service times that are out of the fits.</summary>
    public required int ServiceExcluded { get; init; }

    /// <summary>Why service times are excluded, most often; empty where none is.</summary>
    public string ServiceExclusionReason { get; init; } = "";

    /// <summary>Why trials are excluded, most often; empty where none is.</summary>
    public string ExclusionReason { get; init; } = "";

    /// <summary>What was excluded at each budget, in order of the budgets.</summary>
    public ImmutableArray<BudgetExclusion> Exclusions { get; init; } = [];

    /// <summary>
    /// The usable answers at each budget that could not be read, or whose thinking the budget ended; empty in files of earlier versions.
    /// </summary>
    public ImmutableArray<BudgetAnswers> Answers { get; init; } = [];

    /// <summary>Whether the task is not fitted, because too many of its trials are missing.</summary>
    [JsonIgnore]
    public bool IsMissingData => Accuracy.Verdict == Verdict.MissingData;

    /// <summary>Budgets of which more than 1 % of the trials are excluded: their points are marked wherever they are shown.</summary>
    [JsonIgnore]
    public IEnumerable<BudgetExclusion> MarkedBudgets => Exclusions.Where(exclusion => exclusion.IsMarked);

    /// <summary>Whether the service times in the fit hold tokens that were computed twice.</summary>
    public required PrefixReuse Prefix { get; init; }

    /// <summary>Mean thinking tokens really used at each budget, in the order of the accuracy points.</summary>
    public required ImmutableArray<BudgetUse> Use { get; init; }
}

/// <summary>
/// What was excluded at one budget: tried and not usable. The trials that fail are not a random choice (long problems do not fit a context,
/// slow ones time out), so the accuracy of the others is biased by an unknown amount, within the two bounds.
/// </summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="Tried">Trials that were tried.</param>
/// <param name="Excluded">Those of them that are not usable.</param>
/// <param name="AccuracyIfWrong">Accuracy if all excluded trials were wrong.</param>
/// <param name="AccuracyIfRight">Accuracy if all excluded trials were right.</param>
public sealed record BudgetExclusion(int BudgetTokens, int Tried, int Excluded, double AccuracyIfWrong, double AccuracyIfRight)
{
    /// <summary>Beyond this share a point is marked in tables and figures.</summary>
    public const double MarkedShare = 0.01;

    /// <summary>Beyond this share at any budget a task is not fitted without <c>--accept-missing</c>.</summary>
    public const double LargestShare = 0.05;

    /// <summary>Share of the tried trials that are excluded.</summary>
    public double Share => Tried == 0 ? 0 : (double)Excluded / Tried;

    /// <summary>Whether the point is marked.</summary>
    [JsonIgnore]
    public bool IsMarked => Share > MarkedShare;

    /// <summary>Share and bounds in words.</summary>
    [JsonIgnore]
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"at {BudgetTokens} tokens {Excluded:N0} of {Tried:N0} trials are excluded ({100 * Share:0.0} %); the accuracy lies between "
            + $"{AccuracyIfWrong:0.000} and {AccuracyIfRight:0.000}");

    /// <summary>Counts and bounds.</summary>
    public static BudgetExclusion Of(int budgetTokens, int tried, int excluded, int correct) =>
        new(budgetTokens, tried, excluded, (double)correct / tried, (double)(correct + excluded) / tried);
}

/// <summary>What the usable answers of a task at one budget are like, beside right or wrong.</summary>
/// <param name="BudgetTokens">The budget ℓ.</param>
/// <param name="Answers">Usable answers, at least 1.</param>
/// <param name="Unread">Those in which no answer could be read. They count as not correct.</param>
/// <param name="Limited">
/// Those whose thinking the budget ended before the model did: not ended by the model under a cap, and not lengthened by a cue under exact
/// budgets. At budget 0 that is all of them.
/// </param>
public sealed record BudgetAnswers(int BudgetTokens, int Answers, int Unread, int Limited)
{
    /// <summary>Right answers; only where they were counted from a run's rows, because files have them with the measured points.</summary>
    [JsonIgnore]
    public int Correct { get; init; }

    /// <summary>Share of the answers that could not be read.</summary>
    public double UnreadShare => (double)Unread / Answers;

    /// <summary>Share of the answers whose thinking the budget ended.</summary>
    public double LimitedShare => (double)Limited / Answers;
}

/// <summary>Thinking tokens used at one budget.</summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="MeanThinkingTokens">Mean tokens used; equals the budget under exact semantics.</param>
public sealed record BudgetUse(int BudgetTokens, double MeanThinkingTokens)
{
    /// <summary>
    /// Mean tokens used under a cap between the measured ones, on the line between the two beside it: the mean of min(ℓ, natural
    /// length) is concave, so the line is not above it.
    /// </summary>
    /// <param name="measured">In rising order of the budget, at least one.</param>
    /// <param name="budget">Budget ℓ in tokens.</param>
    public static double MeanAt(IReadOnlyList<BudgetUse> measured, double budget)
    {
        ArgumentNullException.ThrowIfNull(measured);
        BudgetUse low = measured.LastOrDefault(use => use.BudgetTokens <= budget) ?? new BudgetUse(0, 0);
        BudgetUse? high = measured.FirstOrDefault(use => use.BudgetTokens > budget);
        return high is null
            ? low.MeanThinkingTokens
            : low.MeanThinkingTokens
            + ((high.MeanThinkingTokens - low.MeanThinkingTokens) * (budget - low.BudgetTokens) / (high.BudgetTokens - low.BudgetTokens));
    }
}
