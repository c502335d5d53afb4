namespace Calibration.Optimizer.Branching;

/// <summary>What a search found.</summary>
/// <param name="Budgets">The best budgets; null where no allocation is stable.</param>
/// <param name="Value">J there.</param>
/// <param name="Bound">An upper bound on every J.</param>
/// <param name="Nodes">Nodes visited.</param>
/// <param name="HasBound">Whether the bound holds; false where T_in or h was found not to be convex.</param>
internal sealed record BranchResult(double[]? Budgets, double Value, double Bound, int Nodes, bool HasBound);

/// <summary>
/// Branch and bound on the tasks' budgets and on the box of (m1, m2). Two bounds hold in a node: a tangent plane of E[T], made convex in
/// (m1, √m2) by a multiple of m2 where it is not, and the dual bound. Where there is such a multiple the budget is divided that the tangent
/// plane leaves most open; elsewhere a budget or the box. The search takes the node of the highest bound first; nodes that it leaves
/// out keep their bound in the result.
/// </summary>
internal sealed class BranchAndBound
{
    private const int ScanSteps = 24;

    private readonly BranchProblem _problem;
    private readonly double _relativeGap;
    private readonly LocalAscent _ascent;
    private readonly TangentBound _tangent;
    private readonly DualBound _dual;
    private readonly PriorityQueue<BranchNode, double> _open = new();
    private double[] _best = [];
    private double _value = double.NegativeInfinity;
    private double _left = double.NegativeInfinity;

    internal BranchAndBound(BranchProblem problem, double relativeGap)
    {
        (_problem, _relativeGap) = (problem, relativeGap);
        (_ascent, _tangent, _dual) = (new LocalAscent(problem), new TangentBound(problem), new DualBound(problem));
    }

    /// <summary>How far above the best value a bound may lie.</summary>
    private double Tolerance => _relativeGap * Math.Max(1, Math.Abs(_value));

    internal BranchResult Run(double[]? start, int nodeLimit)
    {
        double[] low = [.. _problem.Tasks.Select(task => task.Low)], high = [.. _problem.Tasks.Select(task => task.High)];
        Offer(low);
        if (start is not null)
            Offer(start);
        Scan(low, high);
        if (double.IsNegativeInfinity(_value) && !AnyStable(low, high))
            return new BranchResult(null, _value, double.NegativeInfinity, 0, true);
        var root = new BranchNode([.. low], [.. high], new MomentBox(0, double.PositiveInfinity, 0, double.PositiveInfinity))
        {
            Point = [.. start ?? _best],
        };
        Visit(root);
        int nodes = 1;
        while (_open.TryPeek(out _, out double negated) && -negated > _value + Tolerance && nodes < nodeLimit)
        {
            BranchNode node = _open.Dequeue();
            foreach (BranchNode child in Divide(node))
            {
                (child.Bound, child.Depth) = (node.Bound, node.Depth + 1);
                Visit(child);
                nodes++;
            }
        }

        double bound = Math.Max(_value, _left);
        if (_open.TryPeek(out _, out double highest))
            bound = Math.Max(bound, -highest);
        return new BranchResult(_best, _value, bound, nodes, _problem.Time.IsConvexInFirst);
    }

    /// <summary>Whether the quickest budgets are stable; with measured service times they need not be the smallest.</summary>
    private bool AnyStable(double[] low, double[] high)
    {
        double[] quickest = Quickest(low, high);
        Offer(quickest);
        return _problem.MomentsAt(quickest).First < _problem.Time.Limit;
    }

    private double[] Quickest(double[] low, double[] high) =>
        [.. _problem.Tasks.Select((task, k) => task.Best(new Prices(0, 1, 0, 0), low[k], high[k]).Budget)];

    /// <summary>Tries prices in equal ratios, from time being nearly free to time being all that counts.</summary>
    private void Scan(double[] low, double[] high)
    {
        (double first, double second, _) = _problem.MomentsAt(low);
        if (!(first < _problem.Time.Limit))
            return;
        ServerTimes at = _problem.Time.At(first);
        double onFirst = at.InService.First + (at.PerSquare.First * second), onSecond = Math.Max(at.PerSquare.Value, 1e-6 / (1 + second));
        for (int i = 0; i < ScanSteps; i++)
        {
            double factor = Math.Pow(2, (i * 0.5) - 1);
            var prices = new Prices(_problem.Alpha, factor * onFirst, factor * onSecond, 0);
            Offer([.. _problem.Tasks.Select((task, k) => task.Best(prices, low[k], high[k]).Budget)]);
        }

        if (_problem.HasReal)
            Climb([.. _best], low, high);
    }

    private void Offer(double[] budgets)
    {
        double value = _problem.ValueAt(budgets);
        if (value > _value || _best.Length == 0)
            (_best, _value) = ([.. budgets], value);
    }

    private void Climb(double[] budgets, double[] low, double[] high)
    {
        double value = _ascent.Run(budgets, low, high);
        if (value > _value)
            (_best, _value) = (budgets, value);
    }

    /// <summary>Bounds a node, improves the best allocation from it, and keeps it open where it may hold a better one.</summary>
    private void Visit(BranchNode node)
    {
        if (!Tighten(node))
            return;
        double[] point = Clip(node.Point, node.Low, node.High);
        if (double.IsNegativeInfinity(_problem.ValueAt(point)))
            Quickest(node.Low, node.High).CopyTo(point, 0);
        _ascent.Run(point, node.Low, node.High);
        point.CopyTo(node.Point, 0);
        if (!_problem.Integer)
            Offer(point);
        (double first, double second, _) = _problem.MomentsAt(point);
        MomentBox box = node.Box.With(first, second);
        double? shift = first < _problem.Time.Limit ? _problem.Time.ShiftOn(box) : null;
        if (shift is { } convex)
        {
            node.Bound = Math.Min(node.Bound, _tangent.Of(point, node, new ConvexBox(box, convex), _value + Tolerance));
            if (node.Bound > _value)
                Improve(_tangent.Picks, node);
            SplitByTangent(node);
        }

        if (!_problem.Time.IsOneAtATime && node.Bound > _value + Tolerance)
        {
            (double p1, double p2) = PricesOf(node);
            double bound = _dual.Of(node, (p1, p2), _value + Tolerance);
            if (shift is null)
                SplitByDual(node, bound);
            node.Bound = Math.Min(node.Bound, bound);
            if (node.Bound > _value)
                Improve(_dual.Picks, node);
        }

        if (node.Bound > _value + Tolerance && !node.IsExhausted)
            _open.Enqueue(node, -node.Bound);
        else
            _left = Math.Max(_left, node.Bound);
    }

    private void Improve(double[] picks, BranchNode node)
    {
        Offer(picks);
        if (_problem.HasReal)
            Climb([.. picks], node.Low, node.High);
    }

    /// <summary>Prices at the best allocation so far, moved into the node's box.</summary>
    private (double OnFirst, double OnSecond) PricesOf(BranchNode node)
    {
        (double first, double second, _) = _problem.MomentsAt(_best);
        first = Math.Clamp(first, node.Box.FirstLow, Math.Min(node.Box.FirstHigh, _problem.Time.Limit * 0.999));
        second = Math.Clamp(second, node.Box.SecondLow, node.Box.SecondHigh);
        ServerTimes at = _problem.Time.At(first);
        return (at.InService.First + (at.PerSquare.First * second), at.PerSquare.Value);
    }

    /// <summary>
    /// Cuts the box to what the intervals allow and to what can still be better than the best allocation: E[T] is there at most
    /// α·(largest accuracy) − J. False where nothing is left.
    /// </summary>
    private bool Tighten(BranchNode node)
    {
        double firstLow = 0, firstHigh = 0, secondLow = 0, secondHigh = 0, accuracy = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = _problem.Tasks[k];
            (Terms least, Terms most) = task.RangeOver(node.Low[k], node.High[k]);
            (firstLow, firstHigh) = (firstLow + (task.Share * least.First), firstHigh + (task.Share * most.First));
            (secondLow, secondHigh) = (secondLow + (task.Share * least.Second), secondHigh + (task.Share * most.Second));
            accuracy += task.Share * task.Best(new Prices(1, 0, 0, 0), node.Low[k], node.High[k]).Bound;
        }

        // Sums in another order differ by rounding; the box is widened by more than that.
        const double Rounding = 1e-12;
        MomentBox box = node.Box;
        box = new MomentBox(
            Math.Max(box.FirstLow, firstLow * (1 - Rounding)), Math.Min(box.FirstHigh, firstHigh * (1 + Rounding)),
            Math.Max(box.SecondLow, secondLow * (1 - Rounding)), Math.Min(box.SecondHigh, secondHigh * (1 + Rounding)));
        if (box.IsEmpty || !(box.FirstLow < _problem.Time.Limit))
            return false;
        if (_problem.Time.IsOneAtATime || double.IsNegativeInfinity(_value))
        {
            node.Box = box;
            return true;
        }

        double longest = (_problem.Alpha * accuracy) - _value;
        longest += 1e-9 * Math.Max(1, Math.Abs(longest));
        if (_problem.Time.Of(box.FirstLow, box.SecondLow) > longest)
            return false;
        double stable = box.FirstLow, beyond = Math.Min(box.FirstHigh, _problem.Time.Limit);
        if (_problem.Time.Of(beyond, Math.Max(box.SecondLow, beyond * beyond)) > longest)
        {
            for (int i = 0; i < 50; i++)
            {
                double middle = (stable + beyond) / 2;
                (stable, beyond) = _problem.Time.Of(middle, Math.Max(box.SecondLow, middle * middle)) > longest
                    ? (stable, middle)
                    : (middle, beyond);
            }
        }

        Narrow(node, firstLow, firstHigh, box.FirstLow, beyond * (1 + Rounding));
        ServerTimes at = _problem.Time.At(box.FirstLow);
        double largest = at.PerSquare.Value > 0 ? (longest - at.InService.Value) / at.PerSquare.Value : double.PositiveInfinity;
        node.Box = new MomentBox(box.FirstLow, beyond, box.SecondLow, Math.Max(box.SecondLow, Math.Min(box.SecondHigh, largest)));
        return true;
    }

    /// <summary>Cuts each interval to the mean service times that leave m1 in the box, whatever the other tasks do.</summary>
    private void Narrow(BranchNode node, double least, double most, double firstLow, double firstHigh)
    {
        double slack = 1e-12 * (1 + most);
        for (int k = 0; k < node.Low.Length; k++)
        {
            if (_problem.Tasks[k] is not CurveTask task)
                continue;
            double share = task.Share, low = task.At(node.Low[k]).First, high = task.At(node.High[k]).First;
            double longest = (firstHigh - least + (share * low) + slack) / share, shortest =
                (firstLow - most + (share * high) - slack) / share;
            if (longest < high)
                node.High[k] = task.LargestWithin(longest, node.Low[k], node.High[k]);
            if (shortest > low)
                node.Low[k] = task.SmallestBeyond(shortest, node.Low[k], node.High[k]);
        }
    }

    private void SplitByTangent(BranchNode node)
    {
        int widest = -1;
        double most = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            if (_tangent.Excess[k] > most && _problem.Tasks[k].Divide(node.Low[k], node.High[k], 0) is not null)
                (widest, most) = (k, _tangent.Excess[k]);
        }

        if (widest < 0)
            SplitWidest(node);
        else
            node.Split = (widest, Between(widest, node.Point[widest], _tangent.FirstPicks[widest]));
    }

    /// <summary>Divides the box where E[T]'s own gap on it is a good part of the node's, else the task whose picks differ most.</summary>
    private void SplitByDual(BranchNode node, double bound)
    {
        MomentBox box = node.Box;
        double high = Math.Min(box.FirstHigh, _problem.Time.Limit * (1 - 1e-9));
        double own =
            (_problem.Time.At(high).PerSquare.Value - _problem.Time.At(box.FirstLow).PerSquare.Value) * (box.SecondHigh - box.SecondLow)
                / 4;
        node.Split = (-1, 0);
        if (own > 0.1 * (bound - _value))
            return;
        double perSecond = _problem.Time.At(high).InService.First;
        int widest = -1;
        double most = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = _problem.Tasks[k];
            double spread = task.Share * Math.Abs(task.At(_dual.Picks[k]).First - task.At(_dual.OtherPicks[k]).First);
            if (spread > most && task.Divide(node.Low[k], node.High[k], 0) is not null)
                (widest, most) = (k, spread);
        }

        // Picks of smooth tasks differ a little at any two prices: dividing there would gain nothing.
        if (widest >= 0 && (!_problem.Tasks[widest].IsReal || most * perSecond > 0.01 * (bound - _value)))
            node.Split = (widest, Between(widest, _dual.Picks[widest], _dual.OtherPicks[widest]));
        else if (node.Depth % 2 == 0 || box.IsNarrow)
            SplitWidest(node);
    }

    private void SplitWidest(BranchNode node)
    {
        int widest = -1;
        double most = -1;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = _problem.Tasks[k];
            (Terms least, Terms largest) = task.RangeOver(node.Low[k], node.High[k]);
            double width = task.Share * (largest.First - least.First);
            if (width > most && task.Divide(node.Low[k], node.High[k], 0) is not null)
                (widest, most) = (k, width);
        }

        node.Split = (widest, widest < 0 ? 0 : (node.Low[widest] + node.High[widest]) / 2);
        node.IsExhausted = widest < 0;
    }

    /// <summary>A place between two budgets; integers that are one token apart are divided below the fraction between them.</summary>
    private double Between(int task, double a, double b) =>
        !_problem.Tasks[task].IsReal && Math.Abs(a - b) <= 1 ? Math.Min(a, b) : (a + b) / 2;

    private IEnumerable<BranchNode> Divide(BranchNode node)
    {
        (int task, double near) = node.Split;
        if (task < 0)
            return DivideBox(node);
        (double leftHigh, double rightLow) = _problem.Tasks[task].Divide(node.Low[task], node.High[task], near)!.Value;
        double[] high = [.. node.High], low = [.. node.Low];
        (high[task], low[task]) = (leftHigh, rightLow);
        return
        [
            new BranchNode([.. node.Low], high, node.Box) { Point = [.. node.Point] },
            new BranchNode(low, [.. node.High], node.Box) { Point = [.. node.Point] },
        ];
    }

    private IEnumerable<BranchNode> DivideBox(BranchNode node)
    {
        MomentBox box = node.Box;
        double high = Math.Min(box.FirstHigh, _problem.Time.Limit * (1 - 1e-9));
        double least = _problem.Time.At(box.FirstLow).PerSquare.Value, most = _problem.Time.At(high).PerSquare.Value;
        MomentBox left, right;
        if (1 - (least / most) > 1 - (box.SecondLow / box.SecondHigh))
        {
            double at = (box.FirstLow + high) / 2;
            (left, right) = (box with { FirstHigh = at }, box with { FirstLow = at });
        }
        else
        {
            double at = box.SecondHigh > 4 * box.SecondLow && box.SecondLow > 0
                ? Math.Sqrt(box.SecondLow * box.SecondHigh)
                : (box.SecondLow + box.SecondHigh) / 2;
            (left, right) = (box with { SecondHigh = at }, box with { SecondLow = at });
        }

        return
        [
            new BranchNode([.. node.Low], [.. node.High], left) { Point = [.. node.Point] },
            new BranchNode([.. node.Low], [.. node.High], right) { Point = [.. node.Point] },
        ];
    }

    private double[] Clip(double[] point, double[] low, double[] high) =>
        [.. point.Select((budget, k) =>
            _problem.Tasks[k].IsCurve
                ? Math.Clamp(budget, low[k], high[k])
                : budget >= low[k] && budget <= high[k] ? budget : budget < low[k] ? low[k] : high[k])];
}
