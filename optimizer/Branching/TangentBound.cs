namespace Calibration.Optimizer.Branching;

/// <summary>A box of the moments on which E[T] + κ m2 is convex in (m1, √m2).</summary>
/// <param name="Box">The box.</param>
/// <param name="Shift">κ, in 1/s; 0 where E[T] itself is convex.</param>
internal readonly record struct ConvexBox(MomentBox Box, double Shift);

/// <summary>
/// An upper bound on J from a tangent plane of E[T] + κ m2. As a function of the tasks' mean service times that is convex where it is
/// convex in (m1, √m2), because every q is a function of s whose root is convex. So with the tangent's prices J ≤ Σπ_k max_ℓ[α a + κ q
/// − P_k s] + a constant, with each maximum global over the interval. Where the budgets are the tangent's own the bound is exact, if
/// the tasks' values are still highest there in spite of κ.
/// </summary>
internal sealed class TangentBound(BranchProblem problem)
{
    private const int Rounds = 12;

    private readonly double[] _budget = new double[problem.Count];
    private readonly double[] _first = new double[problem.Count];
    private readonly double[] _second = new double[problem.Count];
    private readonly double[] _own = new double[problem.Count];
    private readonly Pick[] _pick = new Pick[problem.Count];

    /// <summary>Each task's best budget at the prices of the best bound.</summary>
    internal double[] Picks { get; } = new double[problem.Count];

    /// <summary>Each task's best budget at the prices of the allocation itself.</summary>
    internal double[] FirstPicks { get; } = new double[problem.Count];

    /// <summary>How far each task's maximum is from its value at the allocation, at the same prices, weighted by its share.</summary>
    internal double[] Excess { get; } = new double[problem.Count];

    /// <summary>
    /// The lowest bound of several tangent points, beginning with an allocation; it stops below <paramref name="enough"/>. Tangent
    /// points stay in the box on which E[T] + κ m2 is convex.
    /// </summary>
    internal double Of(double[] point, BranchNode node, in ConvexBox convex, double enough)
    {
        (double[] low, double[] high) = (node.Low, node.High);
        for (int k = 0; k < point.Length; k++)
        {
            Terms at = problem.Tasks[k].At(point[k]);
            (_budget[k], _first[k], _second[k]) = (point[k], at.First, at.Second);
        }

        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            if (At(low, high, convex) is not { } bound)
                break;
            if (round == 0)
                Keep(point);
            if (bound < best)
            {
                best = bound;
                for (int k = 0; k < point.Length; k++)
                    Picks[k] = _pick[k].Budget;
            }

            if (best <= enough || !Move(2.0 / (round + 3)))
                break;
        }

        return best;
    }

    private double? At(double[] low, double[] high, in ConvexBox convex)
    {
        double first = 0, second = 0;
        for (int k = 0; k < _budget.Length; k++)
        {
            first += problem.Tasks[k].Share * _first[k];
            second += problem.Tasks[k].Share * _second[k];
        }

        if (!(first < problem.Time.Limit) || !convex.Box.Holds(first, second))
            return null;
        ServerTimes at = problem.Time.At(first);
        double onFirst = at.InService.First + (at.PerSquare.First * second), h = at.PerSquare.Value + convex.Shift;
        double bound = (onFirst * first) - at.InService.Value;
        for (int k = 0; k < _budget.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
            if (task is CurveTask curve)
            {
                double slope = curve.SecondPerFirst(_budget[k]);
                var prices = new Prices(problem.Alpha, onFirst + (h * slope), -convex.Shift, 0);
                _pick[k] = task.Best(prices, low[k], high[k]);
                _own[k] = prices.ValueOf(task.At(_budget[k]));
                bound += task.Share * (_pick[k].Bound + (h * slope * _first[k]));
            }
            else
            {
                var prices = new Prices(problem.Alpha, onFirst, -convex.Shift, 2 * h * Math.Sqrt(_second[k]));
                _pick[k] = task.Best(prices, low[k], high[k]);
                _own[k] = prices.ValueOf(task.At(_budget[k]));
                bound += task.Share * (_pick[k].Bound + (2 * h * _second[k]));
            }

            bound -= task.Share * h * _second[k];
        }

        return bound;
    }

    private void Keep(double[] point)
    {
        for (int k = 0; k < point.Length; k++)
        {
            FirstPicks[k] = _pick[k].Budget;
            Excess[k] = problem.Tasks[k].Share * Math.Abs(_pick[k].Bound - _own[k]);
        }
    }

    /// <summary>Moves every tangent point towards its task's best budget; false where they are there, up to rounding to integers.</summary>
    private bool Move(double share)
    {
        bool moved = false;
        for (int k = 0; k < _budget.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
            Terms at = task.At(_pick[k].Budget);
            if (task.IsCurve)
            {
                moved |= Math.Abs(_pick[k].Budget - _budget[k]) > (task.IsReal ? 1e-9 * (1 + _budget[k]) : 1);
                _budget[k] += share * (_pick[k].Budget - _budget[k]);
                Terms there = task.At(_budget[k]);
                (_first[k], _second[k]) = (there.First, there.Second);
            }
            else
            {
                moved |= at.First != _first[k];
                double root = Math.Sqrt(_second[k]) + (share * (Math.Sqrt(at.Second) - Math.Sqrt(_second[k])));
                (_first[k], _second[k]) = (_first[k] + (share * (at.First - _first[k])), root * root);
                _budget[k] = _pick[k].Budget;
            }
        }

        return moved;
    }
}
