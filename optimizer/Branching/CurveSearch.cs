namespace Calibration.Optimizer.Branching;

/// <content>The search for a task's best budget.</content>
internal sealed partial class CurveTask
{
    /// <summary>The search for the best budget at one set of prices.</summary>
    private struct Search(CurveTask task, Prices prices)
    {
        private double _budget;
        private double _value = double.NegativeInfinity;
        private double _bound = double.NegativeInfinity;

        internal readonly Pick Result => new(_budget, _value, Math.Max(_value, _bound));

        /// <summary>A knot strictly inside the interval, so that what is worse can be left out early.</summary>
        internal void Knot(in CurvePoint knot)
        {
            if (!task._integer || Math.Floor(knot.Budget) == knot.Budget)
                Consider(knot);
        }

        /// <summary>
        /// Whether no budget on pieces of one block can be better than the best so far: accuracy is at most the block's highest, and times
        /// are at least those where the pieces begin, or at most those where they end.
        /// </summary>
        internal readonly bool IsWorse(int first, int last)
        {
            if (prices.OnRoot != 0)
                return false;
            Terms least = task._knots[first].Terms, most = task._knots[Math.Min(last + 1, task._knots.Length - 1)].Terms;
            double seconds = prices.OnFirst >= 0 ? least.First : most.First, square = prices.OnSecond >= 0 ? least.Second : most.Second;
            double ceiling = prices.ValueOf(new Terms(task._highestInBlock[first / PiecesPerBlock], seconds, square));

            // Sums in another order differ by rounding.
            return ceiling + (1e-12 * (Math.Abs(ceiling) + prices.Weight)) < _value;
        }

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

        /// <summary>
        /// A concave value: its only maximum inside lies where its slope changes its sign; the tangents of both ends bound it.
        /// </summary>
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
                Divide(open, part, j, (meet, ceiling));
            }
        }

        /// <summary>Divides a part near the place of its ceiling; where nothing is left to divide the ceiling stays as a bound.</summary>
        private void Divide(
            Stack<(CurvePoint Left, CurvePoint Right)> open,
            (CurvePoint Left, CurvePoint Right) part,
            int j,
            (double Place, double Value) ceiling)
        {
            double width = part.Right.Budget - part.Left.Budget;
            double at = part.Left.Budget + Math.Clamp(ceiling.Place, 0.125 * width, 0.875 * width);
            if (task._integer)
                at = Math.Round(at);
            bool isTight = ceiling.Value - _value <= 1e-14 * (Math.Abs(ceiling.Value) + prices.Weight);
            if (!(at > part.Left.Budget && at < part.Right.Budget) || isTight)
            {
                if (!task._integer)
                    _bound = Math.Max(_bound, ceiling.Value);
                if (!task._integer || width < 2)
                    return;
                at = Math.Floor((part.Left.Budget + part.Right.Budget) / 2);
            }

            CurvePoint middle = task.PointAt(j, at);
            Consider(middle);
            open.Push((part.Left, middle));
            open.Push((middle, part.Right));
        }

        /// <summary>
        /// Where the curve is convex its chord bounds it, and chord less cost is a parabola; the interval is divided until that is tight.
        /// </summary>
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
                Divide(open, part, j, (top, ceiling));
            }
        }
    }
}
