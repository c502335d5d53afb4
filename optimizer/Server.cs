using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>
/// How a server serves: up to m queries at once, which share a total speed φ(n) when n are in service, in seconds of work per second; those
/// beyond m wait in the order of their arrival. A service time is that of a query alone, so φ(1) = 1.
/// </summary>
public sealed record Server
{
    private Server(ImmutableArray<double> speed, bool isReplicas) => (Speed, IsReplicas) = (speed, isReplicas);

    /// <summary>One query at a time: M/G/1, the paper's server.</summary>
    public static Server OneAtATime { get; } = new([1], false);

    /// <summary>φ(1), …, φ(m).</summary>
    public ImmutableArray<double> Speed { get; }

    /// <summary>Whether it was given as replicas behind one queue: φ(n) = n.</summary>
    public bool IsReplicas { get; }

    /// <summary>Queries that it serves at once, m.</summary>
    public int Slots => Speed.Length;

    /// <summary>The speed with all slots taken, φ(m), which the load must stay below.</summary>
    public double FullSpeed => Speed[^1];

    /// <summary>Whether it serves one query at a time.</summary>
    public bool IsOneAtATime => Slots == 1;

    /// <summary>Whether the formula of the mean system time is exact for every law of the service times: one at a time.</summary>
    public bool IsExact => IsOneAtATime;

    /// <summary>m slots with a shared speed.</summary>
    /// <param name="speed">φ(1), …, φ(m); see <see cref="FaultIn"/>.</param>
    public static Server Shared(ImmutableArray<double> speed) =>
        FaultIn(speed.AsSpan()) is { } fault ? throw new ArgumentException(fault, nameof(speed)) : new Server(speed, false);

    /// <summary>N replicas behind one queue.</summary>
    /// <param name="count">Replicas, from 1 to 100,000.</param>
    public static Server Replicas(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 100_000);
        return new Server([.. Enumerable.Range(1, count).Select(n => (double)n)], true);
    }

    /// <summary>
    /// What is wrong with a speed, in one sentence; null where nothing is. It begins with 1, and every entry is finite and above 0; it may
    /// fall at its end, as a server's speed does that runs out of memory.
    /// </summary>
    public static string? FaultIn(ReadOnlySpan<double> speed)
    {
        if (speed.IsEmpty)
            return "The speed has no entry: give φ(1), …, φ(m).";
        if (Math.Abs(speed[0] - 1) > 1e-9)
            return FormattableString.Invariant($"φ(1) is {speed[0]}; it must be 1, because service times are those of a query alone.");
        for (int n = 0; n < speed.Length; n++)
        {
            if (!(speed[n] > 0 && double.IsFinite(speed[n])))
                return FormattableString.Invariant($"φ({n + 1}) is {speed[n]}; it must be a finite number above 0.");
        }

        return null;
    }

    /// <summary>Equal where the speeds are.</summary>
    public bool Equals(Server? other) =>
        other is not null && IsReplicas == other.IsReplicas && Speed.AsSpan().SequenceEqual(other.Speed.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Slots, FullSpeed, IsReplicas);
}
