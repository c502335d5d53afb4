namespace Calibration.Optimizer.Branching;

/// <summary>
/// A task with a curve. Its budgets are cut into pieces at the natural lengths and where the curve's curvature changes its sign. On a piece
/// the share S = P(X > ℓ) that uses a further token is constant: s rises by cS per token and q by 2(1 + r²)cS(t0 + cℓ). So the value
/// at given prices is concave where the curve is; where it is convex, its chord bounds it. That is the least concave majorant, piece by
/// piece, and the best budget over all pieces is global.
/// </summary>
internal sealed partial class CurveTask : TaskTerms
{
    private const double NarrowestShare = 1e-13;
    private const int RootSteps = 100;
    private const int PiecesPerBlock = 16;

    private readonly GainCurve _gain;
    private readonly TaskModel _task;
    private readonly bool _integer;
    private readonly double _spread;
    private readonly CurvePoint[] _knots;
    private readonly double[] _above;
    private readonly bool[] _convex;
    private readonly double[] _highestInBlock;

    internal CurveTask(TaskModel task, bool integer)
    {
        (_task, _integer, _gain) = (task, integer, GainCurve.Of(task.Accuracy));
        _spread = 1 + (task.RelativeSigma * task.RelativeSigma);
        Low = integer ? Math.Ceiling(task.MinBudgetTokens) : task.MinBudgetTokens;
        High = integer ? Math.Floor(task.LargestBudgetTokens) : task.LargestBudgetTokens;
        double[] at =
        [
            .. _gain.Breaks.Concat(task.Natural?.Tokens ?? []).Where(x => x > Low && x < High).Append(Low).Append(High).Distinct().Order(),
        ];
        _above = [.. at.Select(x => task.Natural?.ShareAbove(x) ?? 1)];
        _convex = [.. at.Select((x, j) => j + 1 < at.Length && _gain.IsConvexAt((x + at[j + 1]) / 2))];
        _knots = [.. at.Select(x => new CurvePoint(x, TermsAt(x), _gain.SlopeAt(x)))];

        // No shape is higher between two knots than at both: it is monotone there.
        _highestInBlock = [.. Enumerable.Range(0, (at.Length / PiecesPerBlock) + 1).Select(block => _knots
            .Skip(block * PiecesPerBlock).Take(PiecesPerBlock + 1).Select(knot => knot.Terms.Accuracy).DefaultIfEmpty(0).Max())];
    }

    internal override double Low { get; }

    internal override double High { get; }

    internal override bool IsReal => !_integer;

    internal override bool IsCurve => true;

    internal double SecondsPerToken => _task.Service.SecondsPerToken;

    internal override Terms At(double budget) => TermsAt(budget);

    /// <summary>dq/ds at a budget, 2(1 + r²)(t0 + cℓ): as a function of s, q is convex.</summary>
    internal double SecondPerFirst(double budget) => 2 * _spread * _task.Service.At(budget);

    /// <summary>Slope and curvature of the accuracy, and the share of queries that use a further token, to the right of a budget.</summary>
    internal (double Slope, double Curvature, double Above) LocalAt(double budget) =>
        (_gain.SlopeAt(budget), _gain.CurvatureAt(budget), _above[PieceOf(budget)]);

    /// <summary>d²q/dℓ² = 2(1 + r²)c² where a further token is used by all.</summary>
    internal double SecondCurvature => 2 * _spread * SecondsPerToken * SecondsPerToken;

    internal override (Terms Least, Terms Most) RangeOver(double low, double high) => (TermsAt(low), TermsAt(high));

    /// <summary>The largest allowed budget whose mean service time is at most this; the smallest one where none is.</summary>
    internal double LargestWithin(double seconds, double low, double high)
    {
        double at = Math.Clamp(BudgetAt(seconds, after: true), low, high);
        return _integer ? Math.Max(low, Math.Floor(at)) : at;
    }

    /// <summary>The smallest allowed budget whose mean service time is at least this; the largest one where none is.</summary>
    internal double SmallestBeyond(double seconds, double low, double high)
    {
        double at = Math.Clamp(BudgetAt(seconds, after: false), low, high);
        return _integer ? Math.Min(high, Math.Ceiling(at)) : at;
    }

    internal override (double LeftHigh, double RightLow)? Divide(double low, double high, double near)
    {
        if (!_integer)
        {
            if (!(high - low > NarrowestShare * (1 + high)))
                return null;
            double at = near > low && near < high ? near : (low + high) / 2;
            return (at, at);
        }

        if (high - low < 1)
            return null;
        double left = Math.Clamp(Math.Floor(near), low, high - 1);
        return (left, left + 1);
    }

    internal override Pick Best(in Prices prices, double low, double high)
    {
        int first = PieceOf(low), last = PieceOf(high);
        if (last > first && _knots[last].Budget == high)
            last--;
        var search = new Search(this, prices);
        if (last - first > 2 * PiecesPerBlock)
        {
            for (int j = first + PiecesPerBlock; j <= last; j += PiecesPerBlock)
                search.Knot(_knots[j]);
        }

        for (int j = first; j <= last;)
        {
            int end = Math.Min(last, (j / PiecesPerBlock * PiecesPerBlock) + PiecesPerBlock - 1);
            if (end > j && search.IsWorse(j, end))
            {
                j = end + 1;
                continue;
            }

            for (; j <= end; j++)
                search.Piece(j, j == first ? PointAt(j, low) : _knots[j], j == last ? PointAt(j, high) : _knots[j + 1]);
        }

        return search.Result;
    }

    private Terms TermsAt(double budget) =>
        _task.ServiceAt(budget) is var (mean, square) ? new Terms(_gain.At(budget), mean, square) : default;

    /// <summary>The piece that begins at or before a budget.</summary>
    private int PieceOf(double budget)
    {
        int low = 0, high = _knots.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _knots[middle].Budget <= budget ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>Where the mean service time is this; of several budgets the last or the first, moved outwards by rounding.</summary>
    private double BudgetAt(double seconds, bool after)
    {
        int j = 0;
        while (j + 1 < _knots.Length && (after ? _knots[j + 1].Terms.First <= seconds : _knots[j + 1].Terms.First < seconds))
            j++;
        double perToken = _above[j] * SecondsPerToken;
        double at = perToken > 0 ? _knots[j].Budget + ((seconds - _knots[j].Terms.First) / perToken) : after ? High : _knots[j].Budget;
        return after ? at + (1e-9 * (1 + Math.Abs(at))) : at - (1e-9 * (1 + Math.Abs(at)));
    }

    private CurvePoint PointAt(int piece, double budget)
    {
        CurvePoint knot = _knots[piece];
        if (knot.Budget == budget)
            return knot;
        if (piece + 1 < _knots.Length && _knots[piece + 1].Budget == budget)
            return _knots[piece + 1];
        double beyond = budget - knot.Budget, rise = _above[piece] * SecondsPerToken * beyond;
        double times = _task.Service.At(budget) + _task.Service.At(knot.Budget);
        return new CurvePoint(
            budget, new Terms(_gain.At(budget), knot.Terms.First + rise, knot.Terms.Second + (_spread * rise * times)), _gain.SlopeAt(
                budget));
    }

    private readonly record struct CurvePoint(double Budget, Terms Terms, double Slope);
}
