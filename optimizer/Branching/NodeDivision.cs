namespace Calibration.Optimizer.Branching;

/// <summary>Where a node is divided: at a task's budget, or at m1 or m2 of its box.</summary>
internal sealed class NodeDivision(BranchProblem problem)
{
    /// <summary>Divides the task that the tangent plane leaves most open, between its budget and its pick there.</summary>
    internal void SplitByTangent(BranchNode node, TangentBound tangent)
    {
        int widest = -1;
        double most = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            if (tangent.Excess[k] > most && problem.Tasks[k].Divide(node.Low[k], node.High[k], 0) is not null)
                (widest, most) = (k, tangent.Excess[k]);
        }

        if (widest < 0)
            SplitWidest(node);
        else
            node.Split = (widest, Between(widest, node.Point[widest], tangent.FirstPicks[widest]));
    }

    /// <summary>Divides the box where E[T]'s own gap on it is a good part of the node's, else the task whose picks differ most.</summary>
    internal void SplitByDual(BranchNode node, DualBound dual, double gap)
    {
        MomentBox box = node.Box;
        double high = Math.Min(box.FirstHigh, problem.Time.Limit * (1 - 1e-9));
        double rise = problem.Time.At(high).PerSquare.Value - problem.Time.At(box.FirstLow).PerSquare.Value;
        double own = rise * (box.SecondHigh - box.SecondLow) / 4;
        node.Split = (-1, 0);
        if (own > 0.1 * gap)
            return;
        double perSecond = problem.Time.At(high).InService.First;
        int widest = -1;
        double most = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
            double spread = task.Share * Math.Abs(task.At(dual.Picks[k]).First - task.At(dual.OtherPicks[k]).First);
            if (spread > most && task.Divide(node.Low[k], node.High[k], 0) is not null)
                (widest, most) = (k, spread);
        }

        // Picks of smooth tasks differ a little at any two prices: dividing there would gain nothing.
        if (widest >= 0 && (!problem.Tasks[widest].IsReal || most * perSecond > 0.01 * gap))
            node.Split = (widest, Between(widest, dual.Picks[widest], dual.OtherPicks[widest]));
        else if (node.Depth % 2 == 0 || box.IsNarrow)
            SplitWidest(node);
    }

    private void SplitWidest(BranchNode node)
    {
        int widest = -1;
        double most = -1;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
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
        !problem.Tasks[task].IsReal && Math.Abs(a - b) <= 1 ? Math.Min(a, b) : (a + b) / 2;

    /// <summary>The two halves of a node at its split.</summary>
    internal IEnumerable<BranchNode> Divide(BranchNode node)
    {
        (int task, double near) = node.Split;
        if (task < 0)
            return DivideBox(node);
        (double leftHigh, double rightLow) = problem.Tasks[task].Divide(node.Low[task], node.High[task], near)!.Value;
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
        double high = Math.Min(box.FirstHigh, problem.Time.Limit * (1 - 1e-9));
        double least = problem.Time.At(box.FirstLow).PerSquare.Value, most = problem.Time.At(high).PerSquare.Value;
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
}
