namespace Calibration.Optimizer.Branching;

/// <summary>A part of the search: an interval of budgets per task, and a box of the moments m1 and m2.</summary>
internal sealed class BranchNode(double[] low, double[] high, MomentBox box)
{
    internal double[] Low { get; } = low;

    internal double[] High { get; } = high;

    internal MomentBox Box { get; set; } = box;

    /// <summary>How many divisions made it.</summary>
    internal int Depth { get; set; }

    /// <summary>A proved upper bound on J in this part.</summary>
    internal double Bound { get; set; } = double.PositiveInfinity;

    /// <summary>A locally best allocation in the intervals, from which the node's own search starts.</summary>
    internal required double[] Point { get; init; }

    /// <summary>The task to divide, and near which budget; −1 divides the box.</summary>
    internal (int Task, double Near) Split { get; set; } = (-1, 0);

    /// <summary>Whether nothing is left to divide.</summary>
    internal bool IsExhausted { get; set; }
}
