using Calibration.Fitting;

namespace Calibration.Optimizer.Branching;

/// <summary>What one task contributes per query: accuracy a, mean service time s in seconds, second moment q in s².</summary>
internal readonly record struct Terms(double Accuracy, double First, double Second);

/// <summary>Prices in seconds: a task's value at a budget is α·a − OnFirst·s − OnSecond·q − OnRoot·√q.</summary>
internal readonly record struct Prices(double Weight, double OnFirst, double OnSecond, double OnRoot)
{
    internal double ValueOf(in Terms terms) =>
        (Weight * terms.Accuracy) - (OnFirst * terms.First) - (OnSecond * terms.Second) - (OnRoot == 0
            ? 0
            : OnRoot * Math.Sqrt(terms.Second));
}

/// <summary>A task's best budget at given prices.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Value">Its value.</param>
/// <param name="Bound">
/// A proved upper bound on the value of every allowed budget in the interval, at least <paramref name="Value"/>.
/// </param>
internal readonly record struct Pick(double Budget, double Value, double Bound);

/// <summary>
/// One task as the branch and bound sees it: its terms at any allowed budget, and its globally best budget at given prices.
/// </summary>
internal abstract class TaskTerms
{
    /// <summary>Share of the queries.</summary>
    internal required double Share { get; init; }

    /// <summary>Smallest allowed budget.</summary>
    internal abstract double Low { get; }

    /// <summary>Largest allowed budget.</summary>
    internal abstract double High { get; }

    /// <summary>Whether the budget may be any real number from <see cref="Low"/> to <see cref="High"/>.</summary>
    internal abstract bool IsReal { get; }

    /// <summary>Whether the terms are a curve, on which a local ascent can move; else only listed budgets exist.</summary>
    internal abstract bool IsCurve { get; }

    internal abstract Terms At(double budget);

    /// <summary>The globally best allowed budget from <paramref name="low"/> to <paramref name="high"/>, with a proved bound.</summary>
    internal abstract Pick Best(in Prices prices, double low, double high);

    /// <summary>Smallest and largest mean service times and second moments over an interval.</summary>
    internal abstract (Terms Least, Terms Most) RangeOver(double low, double high);

    /// <summary>
    /// Two intervals that hold all allowed budgets of one, divided near a place; null where only one allowed budget is left.
    /// </summary>
    internal abstract (double LeftHigh, double RightLow)? Divide(double low, double high, double near);

    internal static TaskTerms Of(TaskModel task, bool integer)
    {
        if (task.Accuracy is PointAccuracy points)
            return new PointTask(task, points) { Share = task.Probability };
        return new CurveTask(task, integer) { Share = task.Probability };
    }
}
