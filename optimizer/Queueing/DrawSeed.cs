namespace Calibration.Optimizer.Queueing;

/// <summary>What is drawn of a task in a replicate.</summary>
internal enum DrawnPart
{
    /// <summary>Its graded answers.</summary>
    Answers,

    /// <summary>Its service times.</summary>
    ServiceTimes,
}

/// <summary>
/// Seeds of the bootstrap's streams. A seed holds the user's seed, the task and the part in bits of their own, so no two streams share
/// one; for one replicate the generators' first states are a one-to-one function of it, so no two of them start alike.
/// </summary>
internal static class DrawSeed
{
    internal static ulong Of(int seed, int task, DrawnPart part) => ((ulong)(uint)seed << 32) | ((ulong)(uint)task << 1) | (ulong)part;
}
