using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Optimizer;

/// <summary>One task type of a workload: how often it comes, what thinking gains it, and what thinking costs it.</summary>
/// <param name="Task">Task name.</param>
/// <param name="Probability">Share π_k of the queries, above 0.</param>
/// <param name="Accuracy">Accuracy against the budget, equation (2) or another shape.</param>
/// <param name="Service">Equation (1).</param>
/// <param name="MaxBudgetTokens">Largest budget ℓ_max of this task, 0 or more; 0 holds the task at no thinking.</param>
public sealed record TaskModel(string Task, double Probability, AccuracyShape Accuracy, ServiceTimeLine Service, double MaxBudgetTokens)
{
    /// <summary>Variance σ_k² of service times at every budget, in s²; the paper's model has 0.</summary>
    public double ServiceVariance { get; init; }

    /// <summary>
    /// Deviation r of service times that grows with them, as a share of t0 + cℓ: E[S²] = (1 + r²) E[t²] + σ². 0 by default.
    /// </summary>
    public double RelativeSigma { get; init; }

    /// <summary>Natural lengths of the thinking, under which a budget of ℓ uses min(X, ℓ) tokens; null where budgets are exact.</summary>
    public NaturalLengths? Natural { get; init; }

    /// <summary>
    /// Measured service times at the points of a <see cref="PointAccuracy"/>, which then replace the line, its variances and the natural
    /// lengths; empty where the line holds.
    /// </summary>
    public ImmutableArray<MeasuredService> MeasuredServices { get; init; } = [];

    /// <summary>
    /// Measured accuracies beyond the largest budget, in ascending order, where accuracy falls: no decision goes there, but a given
    /// allocation may. Empty where nothing is known beyond.
    /// </summary>
    public ImmutableArray<BudgetAccuracy> Beyond { get; init; } = [];

    /// <summary>Whether it is a task of the paper's model: an exponential curve, and t0 + cℓ with all ℓ tokens used.</summary>
    public bool IsPapers => IsExponential && RelativeSigma == 0;

    /// <summary>Whether J is smooth and concave in its budget, so that Newton's steps need no branching.</summary>
    internal bool IsExponential => Accuracy is ExponentialAccuracy && Natural is null && MeasuredServices.IsEmpty;

    /// <summary>Smallest budget that may be chosen: 0, or the first of given points.</summary>
    public double MinBudgetTokens => Accuracy switch
    {
        PointAccuracy points => points.Points[0].BudgetTokens,
        InterpolatedAccuracy points => points.Points[0].BudgetTokens,
        _ => 0,
    };

    /// <summary>Largest budget that may be chosen: the smaller of <see cref="MaxBudgetTokens"/> and where the shape ends.</summary>
    public double LargestBudgetTokens => Math.Min(MaxBudgetTokens, Accuracy.LargestBudget);

    /// <summary>Largest budget of which something is known: the last of <see cref="Beyond"/>, else the largest budget.</summary>
    public double LargestKnownTokens => Beyond.IsEmpty ? LargestBudgetTokens : Math.Max(LargestBudgetTokens, Beyond[^1].BudgetTokens);

    /// <summary>The exponential curve, which the paper's formulas need.</summary>
    /// <exception cref="InvalidOperationException">The task has another shape.</exception>
    internal ExponentialAccuracy Exponential => Accuracy as ExponentialAccuracy
        ?? throw new InvalidOperationException($"{Task} has a shape \"{Accuracy.Name}\": the paper's formulas need an exponential curve.");

    /// <summary>Mean E[S] in seconds and second moment E[S²] in s² of the service time at a budget.</summary>
    public (double Mean, double Square) ServiceAt(double budgetTokens)
    {
        if (!MeasuredServices.IsEmpty)
        {
            MeasuredService at = MeasuredServices.FirstOrDefault(measured => measured.BudgetTokens == budgetTokens)
                ?? throw new ArgumentOutOfRangeException(nameof(budgetTokens), budgetTokens, "has no measured service time");
            return (at.MeanSeconds, (at.MeanSeconds * at.MeanSeconds) + at.VarianceSeconds2);
        }

        double spread = 1 + (RelativeSigma * RelativeSigma);
        if (Natural is null)
        {
            double seconds = Service.At(budgetTokens);
            return (seconds, (spread * (seconds * seconds)) + ServiceVariance);
        }

        (double t0, double c) = (Service.T0Seconds, Service.SecondsPerToken);
        (double mean, double square) = Natural.UsedAt(budgetTokens);
        return (t0 + (c * mean), (spread * ((t0 * t0) + (2 * t0 * c * mean) + (c * c * square))) + ServiceVariance);
    }

    /// <summary>Whether no thinking is longer than the largest budget, so that every larger one costs and gains the same.</summary>
    public bool IsUnlimitedAtLargest => Beyond.IsEmpty && Natural is { } natural && natural.Longest <= LargestBudgetTokens;

    /// <summary>
    /// Accuracy at a given budget: the shape's where it may be chosen, between given points by monotone interpolation, beyond the largest
    /// budget on straight lines through what was measured, and beyond all of it, or where no thinking is longer, as at the last.
    /// </summary>
    public double AccuracyAt(double budgetTokens)
    {
        double end = LargestBudgetTokens;
        if (IsUnlimitedAtLargest)
            budgetTokens = Math.Min(budgetTokens, end);
        if (Beyond.IsEmpty || budgetTokens <= end)
            return Within(budgetTokens);
        var low = new BudgetAccuracy(end, Within(end));
        foreach (BudgetAccuracy high in Beyond)
        {
            if (budgetTokens <= high.BudgetTokens)
            {
                double share = (budgetTokens - low.BudgetTokens) / (high.BudgetTokens - low.BudgetTokens);
                return low.Accuracy + (share * (high.Accuracy - low.Accuracy));
            }

            low = high;
        }

        return low.Accuracy;
    }

    private double Within(double budgetTokens) =>
        Accuracy is PointAccuracy points ? points.Between(budgetTokens) : Accuracy.At(budgetTokens);

    /// <summary>Mean thinking tokens used at a budget: all of it, or E[min(X, ℓ)].</summary>
    public double MeanTokensAt(double budgetTokens) => Natural?.UsedAt(budgetTokens).Mean ?? budgetTokens;

    /// <summary>
    /// A task fixed at a measured budget, whatever its curve: its accuracy and service time there are constants. In the
    /// formulas it is a task without thinking whose t0 is the service time at that budget.
    /// </summary>
    public static TaskModel Held(string task, double probability, double accuracy, double serviceSeconds) =>
        new(task, probability, new ExponentialAccuracy(0, 1, accuracy), new ServiceTimeLine(serviceSeconds, 1), 0);
}

/// <summary>The service times measured at one budget.</summary>
/// <param name="BudgetTokens">Budget in thinking tokens.</param>
/// <param name="MeanSeconds">Their mean.</param>
/// <param name="VarianceSeconds2">Their variance, in s².</param>
public sealed record MeasuredService(double BudgetTokens, double MeanSeconds, double VarianceSeconds2);
