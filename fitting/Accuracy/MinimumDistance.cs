using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Distance of the saturated proportions from a shape, (p̄ − p)ᵀ V⁻¹ (p̄ − p), with V their clustered covariance, minimised
/// over A and D of either sign and over b, with its limits the straight line (b → 0) and the step (b → ∞). Under the model
/// the minimum is Hotelling's T² with m − 3 restrictions, however the answers of a problem hang together.
/// </summary>
internal sealed class MinimumDistance
{
    private const double GridStep = 0.3;

    private readonly AccuracyTable _table;
    private readonly ProportionCovariance _covariance;
    private readonly double[] _data;
    private readonly double[] _one;
    private readonly double[] _column;
    private readonly double[] _white;
    private readonly double _oo;
    private readonly double _oy;
    private readonly double _yy;
    private (double Free, double Inside, double Rise, int Active) _last;

    public MinimumDistance(AccuracyTable table, ReadOnlySpan<double> fitted, double minTheta, double maxTheta)
    {
        _table = table;
        int m = table.Count;
        (_column, _white) = (new double[m], new double[m]);
        _covariance = new ProportionCovariance(table, fitted);
        _data = _covariance.Whiten(Array.ConvertAll(Enumerable.Range(0, m).ToArray(), j => table.Correct[j] / table.Answers[j]), new double[m]);
        _one = _covariance.Whiten([.. Enumerable.Repeat(1.0, m)], new double[m]);
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
    public double Restrictions => Math.Max(_table.Count > 3 ? 1 : 0, _covariance.Live - 3);

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
        double[] e = _covariance.Whiten(_column, _white);
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

    private static double Sum(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private readonly record struct Minimum(double Value, double Rise, int Active, double Theta);
}
