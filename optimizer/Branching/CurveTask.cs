namespace Calibration.Optimizer.Branching;

/// <summary>
/// A task with a curve. Its budgets are cut into pieces at the natural lengths and where the curve's curvature changes its sign. On a piece
/// the share S = P(X > ℓ) that uses a further token is constant: s rises by cS per token and q by 2(1 + r²)cS(t0 + cℓ). So the value
/// at given prices is concave where the curve is; where it is convex, its chord bounds it. That is the least concave majorant, piece by
/// piece, and the best budget over all pieces is global.
/// </summary>
internal sealed class CurveTask : TaskTerms
{
    private const double NarrowestShare = 1e-13;
    private const int RootSteps = 100;

    private readonly GainCurve _gain;
    private readonly TaskModel _task;
    private readonly bool _integer;
    private readonly double _spread;
    private readonly CurvePoint[] _knots;
    private readonly double[] _above;
    private readonly bool[] _convex;

    internal CurveTask(TaskModel task, bool integer)
    {
        (_task, _integer, _gain) = (task, integer, GainCurve.Of(task.Accuracy));
        _spread = 1 + (task.RelativeSigma * task.RelativeSigma);
        Low = integer ? Math.Ceiling(task.MinBudgetTokens) : task.MinBudgetTokens;
        High = integer ? Math.Floor(task.LargestBudgetTokens) : task.LargestBudgetTokens;
        double[] at = [.. _gain.Breaks.Concat(task.Natural?.Tokens ?? []).Where(x => x > Low && x < High).Append(Low).Append(High).Distinct().Order()];
        _above = [.. at.Select(x => task.Natural?.ShareAbove(x) ?? 1)];
        _convex = [.. at.Select((x, j) => j + 1 < at.Length && _gain.IsConvexAt((x + at[j + 1]) / 2))];
        _knots = [.. at.Select(x => new CurvePoint(x, TermsAt(x), _gain.SlopeAt(x)))];
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
        int j = PieceOf(low);
        CurvePoint left = PointAt(j, low);
        var search = new Search(this, prices);
        while (true)
        {
            bool last = j + 1 >= _knots.Length || high <= _knots[j + 1].Budget;
            CurvePoint right = last ? PointAt(j, high) : _knots[j + 1];
            search.Piece(j, left, right);
            if (last)
                return search.Result;
            left = right;
            j++;
        }
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
            budget, new Terms(_gain.At(budget), knot.Terms.First + rise, knot.Terms.Second + (_spread * rise * times)), _gain.SlopeAt(budget));
    }

    private readonly record struct CurvePoint(double Budget, Terms Terms, double Slope);

    /// <summary>The search for the best budget at one set of prices.</summary>
    private struct Search(CurveTask task, Prices prices)
    {
        private double _budget;
        private double _value = double.NegativeInfinity;
        private double _bound = double.NegativeInfinity;

        internal readonly Pick Result => new(_budget, _value, Math.Max(_value, _bound));

        internal void Piece(int j, in CurvePoint left, in CurvePoint right)
        {
            if (!task._integer)
            {
                Consider(left);
                Consider(right);
                if (right.Budget > left.Budget)
                    Inside(j, left, right);
                return;
            }

            double first = Math.Ceiling(left.Budget), last = Math.Floor(right.Budget);
            if (first > last)
                return;
            CurvePoint low = task.PointAt(j, first), high = task.PointAt(j, last);
            Consider(low);
            Consider(high);
            if (last - first >= 2)
                Inside(j, low, high);
        }

        /// <summary>Looks between two points of a piece, which were considered.</summary>
        private void Inside(int j, in CurvePoint left, in CurvePoint right)
        {
            if (prices.OnSecond < 0)
                Shifted(j, left, right);
            else if (task._convex[j])
                Convex(j, left, right);
            else
                Concave(j, left, right);
        }

        private void Consider(in CurvePoint point)
        {
            double value = prices.ValueOf(point.Terms);
            if (value > _value)
                (_budget, _value) = (point.Budget, value);
        }

        /// <summary>Slope of the value per token within a piece.</summary>
        private readonly double SlopeAt(int j, double budget, double gain) => (prices.Weight * gain)
            - (task._above[j] * task.SecondsPerToken * (prices.OnFirst + (prices.OnSecond * task.SecondPerFirst(budget))));

        /// <summary>A concave value: its only maximum inside lies where its slope changes its sign; the tangents of both ends bound it.</summary>
        private void Concave(int j, in CurvePoint left, in CurvePoint right)
        {
            double rise = SlopeAt(j, left.Budget, left.Slope), fall = SlopeAt(j, right.Budget, right.Slope);
            if (!(rise > 0 && fall < 0))
                return;
            double width = right.Budget - left.Budget, from = prices.ValueOf(left.Terms), to = prices.ValueOf(right.Terms);
            double meet = Math.Clamp((to - from - (fall * width)) / (rise - fall), 0, width);
            double ceiling = double.IsFinite(rise) ? from + (rise * meet) : to - (fall * width);
            if (ceiling <= _value)
                return;
            (double low, double high) = (left.Budget, right.Budget);
            double x = left.Budget + meet, slope = 0;
            for (int step = 0; step < RootSteps; step++)
            {
                slope = SlopeAt(j, x, task._gain.SlopeAt(x));
                if (slope >= 0)
                    low = x;
                else
                    high = x;
                double curvature = (prices.Weight * task._gain.CurvatureAt(x)) - (prices.OnSecond * task._above[j] * task.SecondCurvature);
                double next = x - (slope / curvature);
                if (!(next > low && next < high))
                    next = (low + high) / 2;
                if (slope == 0 || Math.Abs(next - x) <= 1e-14 * (1 + x) || !(high - low > 1e-14 * (1 + high)))
                    break;
                x = next;
            }

            if (task._integer)
            {
                Consider(task.PointAt(j, Math.Clamp(Math.Floor(x), left.Budget, right.Budget)));
                Consider(task.PointAt(j, Math.Clamp(Math.Floor(x) + 1, left.Budget, right.Budget)));
                return;
            }

            CurvePoint top = task.PointAt(j, x);
            Consider(top);
            _bound = Math.Max(_bound, prices.ValueOf(top.Terms) + (Math.Abs(slope) * (high - low)));
        }

        /// <summary>
        /// A negative price of q, whose chord then bounds −OnSecond·q from above. Where the curve is convex the value is, and its ends are
        /// best; where it is concave, the tangents of both ends bound curve and chord together, and the interval is divided until that
        /// is tight.
        /// </summary>
        private void Shifted(int j, in CurvePoint left, in CurvePoint right)
        {
            if (task._convex[j])
                return;
            var open = new Stack<(CurvePoint Left, CurvePoint Right)>();
            open.Push((left, right));
            while (open.TryPop(out (CurvePoint Left, CurvePoint Right) part))
            {
                double width = part.Right.Budget - part.Left.Budget;
                double cost = ((prices.OnFirst * (part.Right.Terms.First - part.Left.Terms.First))
                    + (prices.OnSecond * (part.Right.Terms.Second - part.Left.Terms.Second))) / width;
                double rise = (prices.Weight * part.Left.Slope) - cost, fall = (prices.Weight * part.Right.Slope) - cost;
                if (!(rise > 0 && fall < 0))
                    continue;
                double from = prices.ValueOf(part.Left.Terms), to = prices.ValueOf(part.Right.Terms);
                double meet = Math.Clamp((to - from - (fall * width)) / (rise - fall), 0, width);
                double ceiling = double.IsFinite(rise) ? from + (rise * meet) : to - (fall * width);
                if (ceiling <= _value)
                    continue;
                double at = part.Left.Budget + Math.Clamp(meet, 0.125 * width, 0.875 * width);
                if (task._integer)
                    at = Math.Round(at);
                if (!(at > part.Left.Budget && at < part.Right.Budget) || ceiling - _value <= 1e-14 * (Math.Abs(ceiling) + prices.Weight))
                {
                    if (!task._integer)
                        _bound = Math.Max(_bound, ceiling);
                    if (!task._integer || width < 2)
                        continue;
                    at = Math.Floor((part.Left.Budget + part.Right.Budget) / 2);
                }

                CurvePoint middle = task.PointAt(j, at);
                Consider(middle);
                open.Push((part.Left, middle));
                open.Push((middle, part.Right));
            }
        }

        /// <summary>Where the curve is convex its chord bounds it, and chord less cost is a parabola; the interval is divided until that is tight.</summary>
        private void Convex(int j, in CurvePoint left, in CurvePoint right)
        {
            var open = new Stack<(CurvePoint Left, CurvePoint Right)>();
            open.Push((left, right));
            double bend = prices.OnSecond * task._above[j] * task.SecondCurvature;
            while (open.TryPop(out (CurvePoint Left, CurvePoint Right) part))
            {
                double width = part.Right.Budget - part.Left.Budget, gain = (part.Right.Terms.Accuracy - part.Left.Terms.Accuracy) / width;
                double rise = SlopeAt(j, part.Left.Budget, gain);
                double top = bend > 0 ? Math.Clamp(rise / bend, 0, width) : rise > 0 ? width : 0;
                if (top is 0 || top == width)
                    continue;
                double ceiling = prices.ValueOf(part.Left.Terms) + (rise * top) - (bend * top * top / 2);
                if (ceiling <= _value)
                    continue;
                double at = part.Left.Budget + Math.Clamp(top, 0.125 * width, 0.875 * width);
                if (task._integer)
                    at = Math.Round(at);
                if (!(at > part.Left.Budget && at < part.Right.Budget) || ceiling - _value <= 1e-14 * (Math.Abs(ceiling) + prices.Weight))
                {
                    if (!task._integer)
                        _bound = Math.Max(_bound, ceiling);
                    if (!task._integer || width < 2)
                        continue;
                    at = Math.Floor((part.Left.Budget + part.Right.Budget) / 2);
                }

                CurvePoint middle = task.PointAt(j, at);
                Consider(middle);
                open.Push((part.Left, middle));
                open.Push((middle, part.Right));
            }
        }
    }
}
