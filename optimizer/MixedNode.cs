namespace Calibration.Optimizer;

/// <summary>A range of options of each measured task, with what its relaxation gave.</summary>
internal sealed class MixedNode(int[] low, int[] high)
{
    internal int[] Low => low;

    internal int[] High => high;

    /// <summary>Upper bound on J of every combination in the ranges.</summary>
    internal double Bound { get; set; }

    /// <summary>The options closest to the relaxation's mixtures.</summary>
    internal int[] Candidate { get; } = new int[low.Length];

    /// <summary>The task to split, and the first option of its upper part.</summary>
    internal int SplitTask { get; set; } = -1;

    internal int SplitAt { get; set; }

    internal bool CanSplit => SplitTask >= 0;

    internal (MixedNode Lower, MixedNode Upper) Split()
    {
        int[] lowerHigh = [.. high], upperLow = [.. low];
        lowerHigh[SplitTask] = SplitAt - 1;
        upperLow[SplitTask] = SplitAt;
        return (new MixedNode(low, lowerHigh), new MixedNode(upperLow, high));
    }
}
