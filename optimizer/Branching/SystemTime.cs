namespace Calibration.Optimizer.Branching;

/// <summary>A box of the moments m1 = E[S] and m2 = E[S²].</summary>
internal readonly record struct MomentBox(double FirstLow, double FirstHigh, double SecondLow, double SecondHigh)
{
    internal bool IsEmpty => !(FirstLow <= FirstHigh && SecondLow <= SecondHigh);

    /// <summary>Whether it is too narrow to be divided further.</summary>
    internal bool IsNarrow => FirstHigh - FirstLow <= 1e-11 * FirstHigh && SecondHigh - SecondLow <= 1e-11 * SecondHigh;

    internal bool Holds(double first, double second) =>
        first >= FirstLow && first <= FirstHigh && second >= SecondLow && second <= SecondHigh;

    internal MomentBox With(double first, double second) => new(
        Math.Min(FirstLow, first), Math.Max(FirstHigh, first), Math.Min(SecondLow, second), Math.Max(SecondHigh, second));
}

/// <summary>E[T](m1, m2) = T_in(m1) + h(m1) m2 at one server, and bounds on it over a box.</summary>
internal sealed class SystemTime
{
    private const int RootSteps = 60;

    private readonly Server _server;
    private readonly double _lambda;

    internal SystemTime(Server server, double lambda)
    {
        (_server, _lambda) = (server, lambda);
        Limit = server.FullSpeed / lambda;
        IsConvexInFirst = server.IsOneAtATime || HasConvexParts();
    }

    /// <summary>Mean service time from which on the queue is not stable, φ(m)/λ.</summary>
    internal double Limit { get; }

    /// <summary>
    /// Whether T_in and h are convex, which every bound for more than one slot rests on. With one slot it is known; with more it was
    /// tested at <see cref="ConvexityTest.Loads"/> loads and is not proved between them.
    /// </summary>
    internal bool IsConvexInFirst { get; }

    internal bool IsOneAtATime => _server.IsOneAtATime;

    internal ServerTimes At(double first) => ServerTimes.Of(_server, _lambda, first);

    internal double Of(double first, double second)
    {
        if (!(first < Limit))
            return double.PositiveInfinity;
        ServerTimes at = At(first);
        return at.InService.Value + (at.PerSquare.Value * second);
    }

    /// <summary>
    /// The smallest κ ≥ 0 for which E[T] + κ m2 is convex in (m1, √m2) on a box: (h + κ)(h″ + T_in″/m2) ≥ 2h′². Null where there is
    /// none. With one slot κ = 0 by an identity, the paper's Lemma 1; with more it is found at <see cref="ConvexityTest.LoadsPerBox"/>
    /// loads across the box with a margin of 1 %, and not proved between them.
    /// </summary>
    internal double? ShiftOn(in MomentBox box)
    {
        if (_server.IsOneAtATime)
            return 0;
        double high = Math.Min(box.FirstHigh, Limit * (1 - 1e-9)), shift = 0;
        for (int i = 0; i < ConvexityTest.LoadsPerBox; i++)
        {
            ServerTimes at = At(box.FirstLow + ((high - box.FirstLow) * i / (ConvexityTest.LoadsPerBox - 1)));
            Jet h = at.PerSquare;
            double bend = h.Second + (at.InService.Second / Math.Max(box.SecondHigh, double.Epsilon)), needed = 2.02 * h.First * h.First;
            if (needed > 0 && !(bend > 0))
                return null;
            shift = needed > 0 ? Math.Max(shift, (needed / bend) - h.Value) : shift;
        }

        return double.IsFinite(shift) ? shift : null;
    }

    /// <summary>The prices ∂E[T]/∂m1 and ∂E[T]/∂m2 at a point.</summary>
    internal (double OnFirst, double OnSecond) PricesAt(double first, double second)
    {
        ServerTimes at = At(Math.Min(first, Limit * 0.999));
        return (at.InService.First + (at.PerSquare.First * second), at.PerSquare.Value);
    }

    /// <summary>
    /// An upper bound, given that T_in and h are convex, on the largest p1·m1 + p2·m2 − E[T] over a box, and where it is about reached. For
    /// a given m1 it is linear in m2, so an end of m2 is best; there it is concave in m1.
    /// </summary>
    internal (double Bound, double First, double Second) Conjugate(double onFirst, double onSecond, in MomentBox box)
    {
        (double Bound, double First, double Second) low = AtSecond(onFirst, onSecond, box, box.SecondLow);
        (double Bound, double First, double Second) high = AtSecond(onFirst, onSecond, box, box.SecondHigh);
        return high.Bound > low.Bound ? high : low;
    }

    private (double Bound, double First, double Second) AtSecond(double onFirst, double onSecond, in MomentBox box, double second)
    {
        double low = box.FirstLow, high = Math.Min(box.FirstHigh, Limit * (1 - 1e-12)), x = low;
        (double value, double slope) = ValueAt(x);
        if (slope > 0 && high > low)
        {
            x = high;
            (value, slope) = ValueAt(x);
            if (slope < 0)
            {
                x = (low + high) / 2;
                for (int step = 0; step < RootSteps; step++)
                {
                    ServerTimes at = At(x);
                    slope = onFirst - at.InService.First - (at.PerSquare.First * second);
                    (low, high) = slope >= 0 ? (x, high) : (low, x);
                    double next = x + (slope / (at.InService.Second + (at.PerSquare.Second * second)));
                    next = next > low && next < high ? next : (low + high) / 2;
                    if (Math.Abs(next - x) <= 1e-13 * x || slope == 0)
                        break;
                    x = next;
                }

                (value, slope) = ValueAt(x);
                value += Math.Abs(slope) * (high - low);
            }
        }

        return (value, x, second);

        (double Value, double Slope) ValueAt(double first)
        {
            ServerTimes at = At(first);
            return ((onFirst * first) + (onSecond * second) - at.InService.Value - (at.PerSquare.Value * second),
                onFirst - at.InService.First - (at.PerSquare.First * second));
        }
    }

    private bool HasConvexParts()
    {
        for (int i = 0; i < ConvexityTest.Loads; i++)
        {
            ServerTimes at = At(Limit * i / ConvexityTest.Loads);
            if (at.InService.Second < -1e-9 * at.InService.First / Limit || at.PerSquare.Second < 0)
                return false;
        }

        return true;
    }
}
