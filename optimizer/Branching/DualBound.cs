namespace Calibration.Optimizer.Branching;

/// <summary>
/// An upper bound on J by weak duality, for any server: with prices p1 and p2 of the moments, J ≤ Σπ_k max_ℓ[α a − p1 s − p2 q] + max
/// over the box of [p1 m1 + p2 m2 − E[T](m1, m2)], with every maximum global. Any prices prove a bound; cutting planes look for the
/// lowest. What is lost to E[T] not being convex in (m1, m2) is of second order in the box.
/// </summary>
internal sealed class DualBound(BranchProblem problem)
{
    private const int Evaluations = 40;

    private const double Reach = 8;

    private double _lowest;
    private double _other;
    private readonly double[] _pick = new double[problem.Count];

    /// <summary>The tasks' best budgets at the best prices.</summary>
    internal double[] Picks { get; } = new double[problem.Count];

    /// <summary>Those at the second best prices.</summary>
    internal double[] OtherPicks { get; } = new double[problem.Count];

    /// <summary>
    /// The lowest bound found, at most some tens of evaluations; it stops below <paramref name="enough"/>. The
    /// prices that keep a budget out of a box may be far from those of E[T] there, so they are looked for in a wide range too.
    /// </summary>
    internal double Of(BranchNode node, (double OnFirst, double OnSecond) start, double enough)
    {
        (_lowest, _other) = (double.PositiveInfinity, double.PositiveInfinity);
        Search(node, start, Around(node.Box, start), enough);
        if (_lowest > enough)
            Search(node, start, new PricePolygon((0, 0), (Reach * start.OnFirst, Reach * start.OnSecond)), enough);
        return _lowest;
    }

    private void Search(BranchNode node, (double X, double Y) at, PricePolygon polygon, double enough)
    {
        double before = double.PositiveInfinity;
        for (int i = 0; i < Evaluations && !polygon.IsEmpty; i++)
        {
            (double value, double first, double second) = At(node, at.X, at.Y);
            if (value < _lowest)
            {
                (_lowest, _other) = (value, _lowest);
                Picks.CopyTo(OtherPicks, 0);
                _pick.CopyTo(Picks, 0);
            }
            else if (value < _other)
            {
                _other = value;
                _pick.CopyTo(OtherPicks, 0);
            }

            if (_lowest <= enough || (first == 0 && second == 0))
                break;

            // Where eight more evaluations did not bring the bound a tenth closer, the node's own gap is what is left.
            if (i % 8 == 7)
            {
                if (before - _lowest < 0.1 * (_lowest - enough))
                    break;
                before = _lowest;
            }

            polygon.Cut(at, first, second);
            if (!polygon.IsEmpty)
                at = polygon.Centroid;
        }
    }

    /// <summary>
    /// The prices at the box's corners with room on each side: as the box shrinks, so does where its best prices can lie.
    /// </summary>
    private PricePolygon Around(in MomentBox box, (double OnFirst, double OnSecond) start)
    {
        (double OnFirst, double OnSecond) low = problem.Time.PricesAt(box.FirstLow, box.SecondLow);
        (double OnFirst, double OnSecond) high = problem.Time.PricesAt(box.FirstHigh, box.SecondHigh);
        (double first, double firstEnd) = Widened(Math.Min(low.OnFirst, start.OnFirst), Math.Max(high.OnFirst, start.OnFirst));
        (double second, double secondEnd) = Widened(Math.Min(low.OnSecond, start.OnSecond), Math.Max(high.OnSecond, start.OnSecond));
        return new PricePolygon((first, second), (firstEnd, secondEnd));

        static (double Low, double High) Widened(double low, double high)
        {
            double room = Math.Max(high - low, 1e-9 * high);
            return (Math.Max(0, low - room), high + room);
        }
    }

    /// <summary>The bound at given prices, with a subgradient by them.</summary>
    private (double Value, double First, double Second) At(BranchNode node, double onFirst, double onSecond)
    {
        (double value, double first, double second) = problem.Time.Conjugate(onFirst, onSecond, node.Box);
        var prices = new Prices(problem.Alpha, onFirst, onSecond, 0);
        for (int k = 0; k < _pick.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
            Pick pick = task.Best(prices, node.Low[k], node.High[k]);
            Terms terms = task.At(pick.Budget);
            _pick[k] = pick.Budget;
            value += task.Share * pick.Bound;
            first -= task.Share * terms.First;
            second -= task.Share * terms.Second;
        }

        return (value, first, second);
    }
}
