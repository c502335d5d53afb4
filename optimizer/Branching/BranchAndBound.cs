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
    private readonly NodeTightening _tightening;
    private readonly NodeDivision _division;
    private readonly PriorityQueue<BranchNode, double> _open = new();
    private double[] _best = [];
    private double _value = double.NegativeInfinity;
    private double _left = double.NegativeInfinity;

    internal BranchAndBound(BranchProblem problem, double relativeGap)
    {
        (_problem, _relativeGap) = (problem, relativeGap);
        (_ascent, _tangent, _dual) = (new LocalAscent(problem), new TangentBound(problem), new DualBound(problem));
        (_tightening, _division) = (new NodeTightening(problem), new NodeDivision(problem));
    }

    /// <summary>How far above the best value a bound may lie.</summary>
    private double Tolerance => _relativeGap * Math.Max(1, Math.Abs(_value));

    internal BranchResult Run(int nodeLimit, CancellationToken cancellation)
    {
        double[] low = [.. _problem.Tasks.Select(task => task.Low)], high = [.. _problem.Tasks.Select(task => task.High)];
        Offer(low);
        Scan(low, high);
        if (double.IsNegativeInfinity(_value) && !AnyStable(low, high))
            return new BranchResult(null, _value, double.NegativeInfinity, 0, true);
        var root = new BranchNode([.. low], [.. high], new MomentBox(0, double.PositiveInfinity, 0, double.PositiveInfinity))
        {
            Point = [.. _best],
        };
        Visit(root);
        int nodes = 1;
        while (_open.TryPeek(out _, out double negated) && -negated > _value + Tolerance && nodes < nodeLimit)
        {
            cancellation.ThrowIfCancellationRequested();
            BranchNode node = _open.Dequeue();
            foreach (BranchNode child in _division.Divide(node))
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
        if (!_tightening.Tighten(node, _value))
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
            _division.SplitByTangent(node, _tangent);
        }

        if (!_problem.Time.IsOneAtATime && node.Bound > _value + Tolerance)
        {
            (double p1, double p2) = PricesOf(node);
            double bound = _dual.Of(node, (p1, p2), _value + Tolerance);
            if (shift is null)
                _division.SplitByDual(node, _dual, bound - _value);
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

    private double[] Clip(double[] point, double[] low, double[] high) =>
        [.. point.Select((budget, k) =>
            _problem.Tasks[k].IsCurve
                ? Math.Clamp(budget, low[k], high[k])
                : budget >= low[k] && budget <= high[k] ? budget : budget < low[k] ? low[k] : high[k])];
}
