using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Calibration.Fitting;

/// <summary>Probability of a right answer against the budget of a task: one of four shapes.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "shape")]
[JsonDerivedType(typeof(ExponentialAccuracy), "exponential")]
[JsonDerivedType(typeof(HillAccuracy), "hill")]
[JsonDerivedType(typeof(InterpolatedAccuracy), "interpolated")]
[JsonDerivedType(typeof(PointAccuracy), "points")]
public abstract record AccuracyShape
{
    private protected AccuracyShape()
    {
    }

    /// <summary>The shape's name in files and on the console.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>Largest budget at which the shape is defined; infinite for a curve with parameters.</summary>
    [JsonIgnore]
    public virtual double LargestBudget => double.PositiveInfinity;

    /// <summary>Probability of a right answer at a budget of thinking tokens, from the shape's smallest to its largest budget.</summary>
    public abstract double At(double budgetTokens);

    /// <summary>Slope dp/dℓ per thinking token; 0 for points without a curve.</summary>
    public abstract double SlopeAt(double budgetTokens);
}

/// <summary>Equation (2): p(ℓ) = A(1 − e^(−bℓ)) + D.</summary>
/// <param name="A">Accuracy gained from no thinking to unlimited thinking, in (0, 1].</param>
/// <param name="B">Rate of the gain per thinking token, above 0.</param>
/// <param name="D">Accuracy without thinking, in [0, 1); A + D is at most 1.</param>
public sealed record ExponentialAccuracy(double A, double B, double D) : AccuracyShape
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "exponential";

    /// <inheritdoc/>
    public override double At(double budgetTokens) => (-A * double.ExpM1(-B * budgetTokens)) + D;

    /// <summary>Slope dp/dℓ = A b e^(−bℓ) per thinking token, equation (15).</summary>
    public override double SlopeAt(double budgetTokens) => A * B * Math.Exp(-B * budgetTokens);
}

/// <summary>Logistic in log ℓ: p(ℓ) = D + A/(1 + (h/ℓ)^s), and D at ℓ = 0. Flat, then a surge, then ample, where s > 1.</summary>
/// <param name="A">Accuracy gained from no thinking to unlimited thinking, in (0, 1].</param>
/// <param name="H">Budget at which half of the gain is reached, in thinking tokens, above 0.</param>
/// <param name="S">Steepness, above 0.</param>
/// <param name="D">Accuracy without thinking, in [0, 1); A + D is at most 1.</param>
public sealed record HillAccuracy(double A, double H, double S, double D) : AccuracyShape
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "hill";

    /// <inheritdoc/>
    public override double At(double budgetTokens) => budgetTokens <= 0 ? D : D + (A / (1 + Math.Pow(H / budgetTokens, S)));

    /// <summary>Slope A s q/(ℓ(1 + q)²) with q = (h/ℓ)^s; at 0 it is 0 for s > 1, A/h for s = 1, and infinite for s &lt; 1.</summary>
    public override double SlopeAt(double budgetTokens)
    {
        if (budgetTokens <= 0)
            return S > 1 ? 0 : S == 1 ? A / H : double.PositiveInfinity;
        double q = Math.Pow(H / budgetTokens, S);
        return double.IsInfinity(q) ? 0 : A * S * q / (budgetTokens * (1 + q) * (1 + q));
    }
}

/// <summary>One budget and the probability of a right answer there.</summary>
/// <param name="BudgetTokens">Budget in thinking tokens, 0 or more.</param>
/// <param name="Accuracy">Probability of a right answer, in [0, 1].</param>
public readonly record struct BudgetAccuracy(double BudgetTokens, double Accuracy);

/// <summary>The measured points alone: only these budgets may be chosen.</summary>
/// <param name="Points">The points in ascending order of their budgets; at least one.</param>
public sealed record PointAccuracy(ImmutableArray<BudgetAccuracy> Points) : AccuracyShape
{
    private InterpolatedAccuracy? _between;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "points";

    /// <inheritdoc/>
    [JsonIgnore]
    public override double LargestBudget => Points[^1].BudgetTokens;

    /// <summary>Accuracy at a measured budget; the budget must be one of them.</summary>
    public override double At(double budgetTokens)
    {
        foreach (BudgetAccuracy point in Points)
        {
            if (point.BudgetTokens == budgetTokens)
                return point.Accuracy;
        }

        throw new ArgumentOutOfRangeException(nameof(budgetTokens), budgetTokens, "is not one of the measured budgets");
    }

    /// <summary>
    /// Accuracy at a budget that may not be chosen but may be given: the monotone interpolation; outside the points as at the nearest.
    /// </summary>
    public double Between(double budgetTokens)
    {
        // A copy with other points keeps the field.
        if (_between is not { } between || between.Points != Points)
            _between = between = new InterpolatedAccuracy(Points);
        return between.At(Math.Clamp(budgetTokens, Points[0].BudgetTokens, LargestBudget));
    }

    /// <inheritdoc/>
    public override double SlopeAt(double budgetTokens) => 0;

    /// <summary>Equal where the points are.</summary>
    public bool Equals(PointAccuracy? other) => other is not null && Points.AsSpan().SequenceEqual(other.Points.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Points.Aggregate(0, HashCode.Combine);
}

/// <summary>
/// Monotone cubic interpolation in x = log(1 + ℓ) through points that are used as given. Slopes by Fritsch and Butland's
/// weighted harmonic mean, 0 at a change of sign; at the ends a three-point formula limited to keep the shape.
/// Nothing is said beyond the largest budget.
/// </summary>
public sealed record InterpolatedAccuracy : AccuracyShape
{
    private readonly double[] _x;
    private readonly double[] _slopes;

    /// <summary>A shape through these points.</summary>
    /// <param name="points">Points with ascending budgets; at least one.</param>
    public InterpolatedAccuracy(ImmutableArray<BudgetAccuracy> points)
    {
        Points = points;
        _x = [.. points.Select(point => Math.Log(1 + point.BudgetTokens))];
        _slopes = Slopes(_x, points);
    }

    /// <summary>The points in ascending order of their budgets.</summary>
    public ImmutableArray<BudgetAccuracy> Points { get; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => "interpolated";

    /// <inheritdoc/>
    [JsonIgnore]
    public override double LargestBudget => Points[^1].BudgetTokens;

    /// <inheritdoc/>
    public override double At(double budgetTokens)
    {
        if (Points.Length == 1)
            return Points[0].Accuracy;
        (int i, double h, double t) = Locate(budgetTokens);
        double s = 1 - t;
        return (Points[i].Accuracy * ((1 + (2 * t)) * s * s)) + (h * _slopes[i] * t * s * s)
            + (Points[i + 1].Accuracy * (t * t * (3 - (2 * t)))) - (h * _slopes[i + 1] * t * t * s);
    }

    /// <inheritdoc/>
    public override double SlopeAt(double budgetTokens)
    {
        if (Points.Length == 1)
            return 0;
        (int i, double h, double t) = Locate(budgetTokens);
        double rise = Points[i + 1].Accuracy - Points[i].Accuracy;
        double inX = (6 * t * (1 - t) * rise / h) + (_slopes[i] * (1 - t) * (1 - (3 * t))) + (_slopes[i + 1] * t * ((3 * t) - 2));
        return inX / (1 + budgetTokens);
    }

    /// <summary>Equal where the points are.</summary>
    public bool Equals(InterpolatedAccuracy? other) => other is not null && Points.AsSpan().SequenceEqual(other.Points.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Points.Aggregate(0, HashCode.Combine);

    private (int Interval, double Width, double Place) Locate(double budgetTokens)
    {
        if (budgetTokens < Points[0].BudgetTokens || budgetTokens > LargestBudget)
            throw new ArgumentOutOfRangeException(nameof(budgetTokens), budgetTokens, "lies outside the interpolated points");
        int i = 0;
        while (i < Points.Length - 2 && Points[i + 1].BudgetTokens <= budgetTokens)
            i++;
        double width = _x[i + 1] - _x[i];
        return (i, width, (Math.Log(1 + budgetTokens) - _x[i]) / width);
    }

    private static double[] Slopes(double[] x, ImmutableArray<BudgetAccuracy> points)
    {
        int n = x.Length;
        var slopes = new double[n];
        if (n < 2)
            return slopes;
        double Width(int i) => x[i + 1] - x[i];
        double Chord(int i) => (points[i + 1].Accuracy - points[i].Accuracy) / Width(i);
        if (n == 2)
            return [Chord(0), Chord(0)];
        for (int i = 1; i < n - 1; i++)
        {
            if (Chord(i - 1) * Chord(i) > 0)
            {
                (double left, double right) = ((2 * Width(i)) + Width(i - 1), Width(i) + (2 * Width(i - 1)));
                slopes[i] = (left + right) / ((left / Chord(i - 1)) + (right / Chord(i)));
            }
        }

        slopes[0] = EndSlope(Width(0), Width(1), Chord(0), Chord(1));
        slopes[^1] = EndSlope(Width(n - 2), Width(n - 3), Chord(n - 2), Chord(n - 3));
        return slopes;
    }

    private static double EndSlope(double near, double far, double nearChord, double farChord)
    {
        double slope = ((((2 * near) + far) * nearChord) - (near * farChord)) / (near + far);
        if (Math.Sign(slope) != Math.Sign(nearChord))
            return 0;
        return Math.Sign(nearChord) != Math.Sign(farChord) && Math.Abs(slope) > 3 * Math.Abs(nearChord) ? 3 * nearChord : slope;
    }
}
