namespace Calibration.Optimizer.Branching;

/// <summary>Cuts a node to the part that can still hold an allocation better than the best one found.</summary>
internal sealed class NodeTightening(BranchProblem problem)
{
    /// <summary>
    /// Cuts the box to what the intervals allow and to what can still be better than the best allocation: E[T] is there at most
    /// α·(largest accuracy) − J. False where nothing is left.
    /// </summary>
    internal bool Tighten(BranchNode node, double value)
    {
        double firstLow = 0, firstHigh = 0, secondLow = 0, secondHigh = 0, accuracy = 0;
        for (int k = 0; k < node.Low.Length; k++)
        {
            TaskTerms task = problem.Tasks[k];
            (Terms least, Terms most) = task.RangeOver(node.Low[k], node.High[k]);
            (firstLow, firstHigh) = (firstLow + (task.Share * least.First), firstHigh + (task.Share * most.First));
            (secondLow, secondHigh) = (secondLow + (task.Share * least.Second), secondHigh + (task.Share * most.Second));
            accuracy += task.Share * task.Best(new Prices(1, 0, 0, 0), node.Low[k], node.High[k]).Bound;
        }

        // Sums in another order differ by rounding; the box is widened by more than that.
        const double Rounding = 1e-12;
        var reach = new MomentBox(firstLow, firstHigh, secondLow, secondHigh);
        MomentBox box = node.Box;
        box = new MomentBox(
            Math.Max(box.FirstLow, firstLow * (1 - Rounding)), Math.Min(box.FirstHigh, firstHigh * (1 + Rounding)),
            Math.Max(box.SecondLow, secondLow * (1 - Rounding)), Math.Min(box.SecondHigh, secondHigh * (1 + Rounding)));
        if (box.IsEmpty || !(box.FirstLow < problem.Time.Limit))
            return false;
        if (problem.Time.IsOneAtATime || double.IsNegativeInfinity(value))
        {
            node.Box = box;
            return true;
        }

        double longest = (problem.Alpha * accuracy) - value;
        longest += 1e-9 * Math.Max(1, Math.Abs(longest));
        if (problem.Time.Of(box.FirstLow, box.SecondLow) > longest)
            return false;
        double stable = box.FirstLow, beyond = Math.Min(box.FirstHigh, problem.Time.Limit);
        if (problem.Time.Of(beyond, Math.Max(box.SecondLow, beyond * beyond)) > longest)
        {
            for (int i = 0; i < 50; i++)
            {
                double middle = (stable + beyond) / 2;
                (stable, beyond) = problem.Time.Of(middle, Math.Max(box.SecondLow, middle * middle)) > longest
                    ? (stable, middle)
                    : (middle, beyond);
            }
        }

        Narrow(node, reach, box with { FirstHigh = beyond * (1 + Rounding) });
        ServerTimes at = problem.Time.At(box.FirstLow);
        double largest = at.PerSquare.Value > 0 ? (longest - at.InService.Value) / at.PerSquare.Value : double.PositiveInfinity;
        node.Box = new MomentBox(box.FirstLow, beyond, box.SecondLow, Math.Max(box.SecondLow, Math.Min(box.SecondHigh, largest)));
        return true;
    }

    /// <summary>
    /// Cuts each interval to the mean service times that leave m1 in the box, whatever the other tasks do.
    /// <paramref name="reach"/> is what the intervals allow.
    /// </summary>
    private void Narrow(BranchNode node, in MomentBox reach, in MomentBox box)
    {
        double slack = 1e-12 * (1 + reach.FirstHigh);
        for (int k = 0; k < node.Low.Length; k++)
        {
            if (problem.Tasks[k] is not CurveTask task)
                continue;
            double share = task.Share, low = task.At(node.Low[k]).First, high = task.At(node.High[k]).First;
            double longest = (box.FirstHigh - reach.FirstLow + (share * low) + slack) / share;
            double shortest = (box.FirstLow - reach.FirstHigh + (share * high) - slack) / share;
            if (longest < high)
                node.High[k] = task.LargestWithin(longest, node.Low[k], node.High[k]);
            if (shortest > low)
                node.Low[k] = task.SmallestBeyond(shortest, node.Low[k], node.High[k]);
        }
    }
}
