namespace Calibration.Optimizer.Branching;

/// <summary>
/// An upper bound on J by weak duality, for any server: with prices p1 and p2 of the moments,
/// J ≤ Σπ_k max_ℓ[α a − p1 s − p2 q] + max over the box of [p1 m1 + p2 m2 − E[T](m1, m2)], with every maximum global. Any prices prove a bound;
/// cutting planes look for the lowest. What is lost to E[T] not being convex in (m1, m2) is of second order in the box.
/// </summary>
internal sealed class DualBound(BranchProblem problem)
{
    private const int Evaluations = 40;
    private const double Reach = 8;

    private readonly double[] _pick = new double[problem.Count];

    /// <summary>The tasks' best budgets at the best prices.</summary>
    internal double[] Picks { get; } = new double[problem.Count];

    /// <summary>Those at the second best prices.</summary>
    internal double[] OtherPicks { get; } = new double[problem.Count];

    /// <summary>The lowest bound found, at most some tens of evaluations; it stops below <paramref name="enough"/>.</summary>
    internal double Of(BranchNode node, double onFirst, double onSecond, double enough)
    {
        // In units of the first prices, so that the polygon is no needle.
        (double X, double Y) at = (1, 1), best = at;
        double lowest = double.PositiveInfinity, other = double.PositiveInfinity, before = double.PositiveInfinity;
        var polygon = new PricePolygon(Reach, Reach);
        for (int i = 0; i < Evaluations && !polygon.IsEmpty; i++)
        {
            (double value, double first, double second) = At(node, at.X * onFirst, at.Y * onSecond);
            if (value < lowest)
            {
                (lowest, other, best) = (value, lowest, at);
                Picks.CopyTo(OtherPicks, 0);
                _pick.CopyTo(Picks, 0);
            }
            else if (value < other)
            {
                other = value;
                _pick.CopyTo(OtherPicks, 0);
            }

            if (lowest <= enough || (first == 0 && second == 0))
                break;

            // Where eight more evaluations did not bring the bound a tenth closer, the node's own gap is what is left.
            if (i % 8 == 7)
            {
                if (before - lowest < 0.1 * (lowest - enough))
                    break;
                before = lowest;
            }

            polygon.Cut(at, first * onFirst, second * onSecond);
            if (!polygon.IsEmpty)
                at = polygon.Centroid;
        }

        return lowest;
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
