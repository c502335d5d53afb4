namespace Calibration.Optimizer;

/// <summary>
/// The mean system time at a server as a function of the moments of service times alone: E[T] = T_in(m1) + h(m1) m2, with the first two
/// derivatives by m1. T_in = N_in/λ and h = N_w/(2λ m1²), with N_in and N_w the mean numbers in service and waiting of the birth–death
/// chain with births λ and deaths φ(min(n, m))/m1. For one query at a time it is Pollaczek and Khinchine's formula.
/// </summary>
/// <param name="InService">T_in, in seconds.</param>
/// <param name="PerSquare">h, in 1/s.</param>
internal readonly record struct ServerTimes(Jet InService, Jet PerSquare)
{
    /// <summary>Weights of the chain beyond this are scaled down, so that hundreds of slots do not leave the range of a double.</summary>
    private const double Large = 1e150;

    /// <summary>The times at a mean service time below φ(m)/λ.</summary>
    internal static ServerTimes Of(Server server, double lambda, double meanSeconds)
    {
        if (server.IsOneAtATime)
        {
            double slack = 1 - (lambda * meanSeconds), h = lambda / (2 * slack), dh = lambda * h / slack;
            return new ServerTimes(new Jet(meanSeconds, 1, 0), new Jet(h, dh, 2 * lambda * dh / slack));
        }

        // The weight of n in service is ρ·v_n, so that nothing is divided by ρ, which may be 0.
        ReadOnlySpan<double> speed = server.Speed.AsSpan();
        double scale = 1;
        var load = new Jet(lambda * meanSeconds, lambda, 0);
        var weight = new Jet(1, 0, 0);
        Jet states = default, inService = default;
        for (int n = 1; n < speed.Length; n++)
        {
            states += weight;
            inService += n * weight;
            weight = (1 / speed[n]) * (weight * load);
            if (weight.Value > Large)
            {
                (weight, states, inService) = ((1 / Large) * weight, (1 / Large) * states, (1 / Large) * inService);
                scale /= Large;
            }
        }

        Jet beyond = new Jet(1, 0, 0) / (new Jet(1, 0, 0) - ((1 / speed[^1]) * load));
        Jet full = weight * beyond;
        Jet all = new Jet(scale, 0, 0) + (load * (states + full));
        Jet busy = (inService + (speed.Length * full)) / all;
        return new ServerTimes(
            new Jet(meanSeconds, 1, 0) * busy,
            (lambda / (2 * speed[^1])) * (full * beyond / all));
    }
}

/// <summary>A function's value with its first two derivatives at a point.</summary>
internal readonly record struct Jet(double Value, double First, double Second)
{
    public static Jet operator +(in Jet a, in Jet b) => new(a.Value + b.Value, a.First + b.First, a.Second + b.Second);

    public static Jet operator -(in Jet a, in Jet b) => new(a.Value - b.Value, a.First - b.First, a.Second - b.Second);

    public static Jet operator *(double a, in Jet b) => new(a * b.Value, a * b.First, a * b.Second);

    public static Jet operator *(in Jet a, in Jet b) => new(
        a.Value * b.Value, (a.First * b.Value) + (a.Value * b.First), (a.Second * b.Value) + (2 * a.First * b.First) + (a.Value
            * b.Second));

    public static Jet operator /(in Jet a, in Jet b)
    {
        double value = a.Value / b.Value, first = (a.First - (value * b.First)) / b.Value;
        return new Jet(value, first, (a.Second - (2 * first * b.First) - (value * b.Second)) / b.Value);
    }
}
