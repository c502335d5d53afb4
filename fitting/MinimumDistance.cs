namespace Calibration.Fitting;

/// <summary>
/// Distance of the saturated proportions from a shape, (p̄ − p)ᵀ V⁻¹ (p̄ − p), with V their clustered covariance, minimised
/// over A and D of either sign and over b, with its limits the straight line (b → 0) and the step (b → ∞). Under the model
/// the minimum is Hotelling's T² with m − 3 restrictions, however the answers of a problem hang together.
/// </summary>
/// <remarks>
/// Nested answers make neighbouring proportions equal or nearly so: V is taken in the basis of their differences, whose
/// variances are not allowed below those of independent, nested traces on the fitted curve, |Δp| (1 − |Δp|) / n, nor below
/// half an answer's. So budgets that are all right, all wrong or identical neither divide by zero nor count as certain.
/// </remarks>
internal sealed class MinimumDistance
{
    private const double GridStep = 0.3;

    // Up to so many expected answers of the rarer kind, a proportion without clustered variance gets its binomial one.
    private const double FewAnswers = 2;

    private readonly AccuracyTable _table;
    private readonly double[] _factor;
    private readonly double[] _data;
    private readonly double[] _one;
    private readonly double[] _column;
    private readonly double[] _white;
    private readonly double _oo;
    private readonly double _oy;
    private readonly double _yy;
    private double _live;
    private (double Free, double Inside, double Rise, int Active) _last;

    public MinimumDistance(AccuracyTable table, ReadOnlySpan<double> fitted, double minTheta, double maxTheta)
    {
        _table = table;
        int m = table.Count;
        (_column, _white) = (new double[m], new double[m]);
        _live = m;
        _factor = Covariance(table, fitted);
        Factorise(_factor, m);
        _data = Whiten(Array.ConvertAll(Enumerable.Range(0, m).ToArray(), j => table.Correct[j] / table.Answers[j]), new double[m]);
        _one = Whiten([.. Enumerable.Repeat(1.0, m)], new double[m]);
        (_oo, _oy, _yy) = (Sum(_one, _one), Sum(_one, _data), Sum(_data, _data));
        Flat = Math.Max(0, _yy - (_oy * _oy / _oo));
        for (int j = 0; j < m; j++)
            _column[j] = 1 - table.X[j];
        (Line, _, double lineRise, _) = Distances();
        for (int j = 0; j < m; j++)
            _column[j] = table.X[j] > 0 ? 0 : 1;
        (Step, _, double stepRise, _) = Distances();
        Search(minTheta, maxTheta, out Minimum free, out Minimum inside);
        (Closure, Rise) = (free.Value, free.Rise);
        (Exponential, ActiveBounds) = (inside.Value, inside.Active);
        const double tie = 1 + 1e-3;
        if (Line <= Closure * tie)
            (Closure, Rise, AtLimit) = (Math.Min(Line, Closure), lineRise, true);
        if (Step <= Closure * tie)
            (Closure, Rise, AtLimit) = (Math.Min(Step, Closure), stepRise, true);
    }

    /// <summary>Distance of one proportion everywhere.</summary>
    public double Flat { get; }

    /// <summary>Distance of a straight line.</summary>
    public double Line { get; }

    /// <summary>Distance of one value at 0 and another at every positive budget.</summary>
    public double Step { get; }

    /// <summary>Distance of the exponential within its bounds: D ≥ 0, A ≥ 0, A + D ≤ 1.</summary>
    public double Exponential { get; }

    /// <summary>Whether the closure's minimum is the straight line or the step, ends of the rate's range.</summary>
    public bool AtLimit { get; }

    /// <summary>How many of D = 0 and A + D = 1 hold there.</summary>
    public int ActiveBounds { get; }

    /// <summary>Distance of the exponential with A and D of any size and either sign, its limits included.</summary>
    public double Closure { get; }

    /// <summary>
    /// Restrictions that are alive: m − 3, less the share of each difference whose expected variance lies under the floor of
    /// half an answer, since it adds that much less to the distance. Not a whole number; at least 1 where testable.
    /// </summary>
    public double Restrictions => Math.Max(_table.Count > 3 ? 1 : 0, _live - 3);

    /// <summary>Rise from 0 to the ceiling (of a line: to the largest budget) at the closure's minimum; negative: the data decrease.</summary>
    public double Rise { get; }

    /// <summary>Minima over the rate, free and within the bounds: a grid, then golden sections, once where both are the same.</summary>
    private void Search(double minTheta, double maxTheta, out Minimum free, out Minimum inside)
    {
        free = inside = new Minimum(double.PositiveInfinity, 0, 0, minTheta);
        for (double theta = minTheta; theta <= maxTheta; theta += GridStep)
        {
            Minimum a = AtRate(theta, bounded: false), b = AtRate(theta, bounded: true, evaluated: true);
            free = a.Value < free.Value ? a : free;
            inside = b.Value < inside.Value ? b : inside;
        }

        bool same = free.Theta == inside.Theta && inside.Active == 0;
        free = Refine(free, bounded: false);
        Minimum there = AtRate(free.Theta, bounded: true);
        inside = same && there.Active == 0 && there.Value <= free.Value * (1 + 1e-9) ? there : Refine(inside, bounded: true);
    }

    private Minimum Refine(Minimum best, bool bounded)
    {
        const double golden = 0.618033988749895;
        double low = best.Theta - GridStep, high = best.Theta + GridStep;
        double left = high - (golden * (high - low)), right = low + (golden * (high - low));
        Minimum a = AtRate(left, bounded), b = AtRate(right, bounded);
        for (int i = 0; i < 14; i++)
        {
            if (a.Value < b.Value)
            {
                (high, right, b) = (right, left, a);
                a = AtRate(left = high - (golden * (high - low)), bounded);
            }
            else
            {
                (low, left, a) = (left, right, b);
                b = AtRate(right = low + (golden * (high - low)), bounded);
            }

            Minimum lower = a.Value < b.Value ? a : b;
            best = lower.Value < best.Value ? lower : best;
        }

        return best;
    }

    private Minimum AtRate(double theta, bool bounded, bool evaluated = false)
    {
        if (!evaluated)
        {
            double k = Math.Exp(theta);
            for (int j = 0; j < _column.Length; j++)
                _column[j] = Math.Exp(-k * _table.X[j]);
            _last = Distances();
        }

        return new Minimum(bounded ? _last.Inside : _last.Free, _last.Rise, _last.Active, theta);
    }

    /// <summary>Distance of D e + S (1 − e) for the decays e in the column: over all (D, S) and over 0 ≤ D ≤ S ≤ 1.</summary>
    private (double Free, double Inside, double Rise, int Active) Distances()
    {
        double[] e = Whiten(_column, _white);
        double a = Sum(e, e), oe = Sum(_one, e), u = Sum(e, _data);
        double b = oe - a, c = _oo - (2 * oe) + a, v = _oy - u;
        (double d, double s, double loss) = Triangle.Minimise(a, b, c, u, v);
        int active = (d <= 0 ? 1 : 0) + (s >= 1 ? 1 : 0);
        double inside = Math.Max(0, _yy + loss), spread = a - (oe * oe / _oo);
        if (!(spread > 1e-10 * a))
            return (Flat, inside, s - d, active);
        double slope = (u - (oe * _oy / _oo)) / spread;
        return (Math.Max(0, Flat - (slope * slope * spread)), inside, -slope, active);
    }

    private double[] Covariance(AccuracyTable table, ReadOnlySpan<double> fitted)
    {
        int m = table.Count;
        var v = new double[m * m];
        if (table.Clusters == 0)
        {
            for (int j = 0; j < m; j++)
            {
                // One answer of either kind more, so that a curve that hugs a few answers does not make them certain.
                double n = table.Answers[j], p = ((n * fitted[j]) + 1) / (n + 2);
                v[(j * m) + j] = p * (1 - p) / n;
            }

            return v;
        }

        var influence = new double[m];
        for (int g = 0; g < table.Clusters; g++)
        {
            double previous = 0;
            for (int j = 0; j < m; j++)
            {
                double n = table.Answers[j];
                double e = (table.ClusterCorrect[(g * m) + j] - (table.ClusterAnswers[(g * m) + j] * table.Correct[j] / n)) / n;
                (influence[j], previous) = (e - previous, e);
            }

            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j <= i; j++)
                    v[(i * m) + j] += influence[i] * influence[j];
            }
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
                v[(i * m) + j] *= table.Clusters / (table.Clusters - 1.0);
            double change = i == 0 ? fitted[0] : Math.Abs(fitted[i] - fitted[i - 1]);
            double n = i == 0 ? table.Answers[0] : Math.Min(table.Answers[i], table.Answers[i - 1]);
            double expected = change * (1 - change), floor = Math.Max(expected, 0.5 / n) / n;
            _live -= 1 - Math.Min(1, Math.Max(expected, v[(i * m) + i] * n) / (floor * n));
            v[(i * m) + i] = Math.Max(v[(i * m) + i], floor);

            // So must the proportion itself: where every answer is right, the differences add up to 1 without any variance.
            double level = 0, spread = Math.Clamp(fitted[i] * (1 - fitted[i]), 0.5 / n, FewAnswers / n) / n;
            for (int k = 0; k <= i; k++)
            {
                for (int l = 0; l <= i; l++)
                    level += v[(Math.Max(k, l) * m) + Math.Min(k, l)];
            }

            v[(i * m) + i] += Math.Max(0, spread - level);
        }

        return v;
    }

    /// <summary>Cholesky in place; a pivot that rounding has eaten is replaced by a small share of its diagonal.</summary>
    private static void Factorise(double[] v, int m)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = v[(i * m) + j];
                for (int k = 0; k < j; k++)
                    sum -= v[(i * m) + k] * v[(j * m) + k];
                v[(i * m) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-6 * v[(i * m) + i])) : sum / v[(j * m) + j];
            }
        }
    }

    private double[] Whiten(double[] values, double[] z)
    {
        int m = values.Length;
        double previous = 0;
        for (int i = 0; i < m; i++)
        {
            double sum = _table.Clusters == 0 ? values[i] : values[i] - previous;
            previous = values[i];
            for (int k = 0; k < i; k++)
                sum -= _factor[(i * m) + k] * z[k];
            z[i] = sum / _factor[(i * m) + i];
        }

        return z;
    }

    private static double Sum(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private readonly record struct Minimum(double Value, double Rise, int Active, double Theta);
}
