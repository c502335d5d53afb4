namespace Calibration.Optimizer.Queueing;

/// <summary>One replication of a simulation.</summary>
/// <param name="Queries">Queries that count.</param>
/// <param name="WarmUp">Queries before those, which do not.</param>
/// <param name="Seed">Seed of all draws.</param>
/// <param name="Stream">Which of the seed's independent streams is drawn from.</param>
public readonly record struct Replication(long Queries, long WarmUp, ulong Seed, ulong Stream = 0);

/// <summary>A FIFO queue: at one server by Lindley's recursion W' = max(0, W + S − X), at slots in virtual time.</summary>
public static class QueueSimulation
{
    /// <summary>Simulates a stream of queries from an empty system.</summary>
    /// <param name="workload">Arrivals, mixture, accuracies and service times; a service variance makes them lognormal.</param>
    /// <param name="budgets">The allocation.</param>
    /// <param name="replication">How many queries, and by which draws.</param>
    public static SimulatedOutcome Run(Workload workload, ReadOnlySpan<double> budgets, in Replication replication)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(replication.Queries, 1);
        var plan = new QueuePlan(workload, budgets, null, ServiceLaw.Model);
        return Run(plan, replication, new QueueTally(workload.Tasks.Length));
    }

    /// <summary>One replication; the tally also keeps the tasks' system times.</summary>
    internal static SimulatedOutcome Run(QueuePlan plan, in Replication replication, QueueTally tally)
    {
        (long queries, long warmUp) = (replication.Queries, replication.WarmUp);
        var random = new Xoshiro256(replication.Seed, replication.Stream);
        tally.Clear();
        if (!plan.Server.IsOneAtATime)
            return new SharedQueue(plan).Run(queries, warmUp, ref random, tally);
        double wait = 0;
        for (long query = 0; query < warmUp; query++)
        {
            double service = plan.Draw(plan.Types.Type((uint)(random.Next() >> 32)), ref random);
            wait = Math.Max(0, wait + service - (plan.MeanGap * ExponentialDraw.Next(ref random)));
        }

        return plan.Law switch
        {
            DrawnLaw.Constant => Count<Constant>(plan, (queries, wait), random, tally),
            DrawnLaw.Lognormal => CountLognormal(plan, (queries, wait), random, tally),
            _ => Count<Drawn>(plan, (queries, wait), random, tally),
        };
    }

    /// <summary>The counted queries, from the wait that the warm-up left.</summary>
    private static SimulatedOutcome Count<TService>(QueuePlan plan, (long Queries, double Wait) from, Xoshiro256 random, QueueTally tally)
        where TService : struct, IServiceDraw
    {
        // Sums of waits and gaps are independent of the queue's own chain of additions.
        (long queries, double wait) = from;
        AliasTable types = plan.Types;
        uint[] right = plan.Right;
        double[] systemTimes = tally.SystemTimes;
        long[] served = tally.Served;
        TimeHistogram histogram = tally.Histogram;
        double waits = 0, services = 0, gaps = 0, meanGap = plan.MeanGap;
        long correct = 0;
        for (long query = 0; query < queries; query++)
        {
            ulong bits = random.Next();
            int k = types.Type((uint)(bits >> 32));
            double service = default(TService).Next(plan, k, ref random), system = wait + service;
            double gap = meanGap * ExponentialDraw.Next(ref random);
            correct += (uint)bits < right[k] ? 1 : 0;
            waits += wait;
            services += service;
            gaps += gap;
            systemTimes[k] += system;
            served[k]++;
            histogram.Add(k, system);
            wait = Math.Max(0, system - gap);
        }

        return new SimulatedOutcome(waits / queries, (waits + services) / queries, correct / (double)queries, services, gaps);
    }

    /// <summary>The same for lognormal times around one number per task, with all that the loop needs in locals.</summary>
    private static SimulatedOutcome CountLognormal(QueuePlan plan, (long Queries, double Wait) from, Xoshiro256 random, QueueTally tally)
    {
        (long queries, double wait) = from;
        var spare = new Xoshiro256(random.Next(), 1);
        AliasTable types = plan.Types;
        uint[] right = plan.Right;
        (double[] means, double[] deviations, double[] seconds) = (plan.LogMean, plan.LogDeviation, plan.Seconds);
        double[] systemTimes = tally.SystemTimes;
        long[] served = tally.Served;
        TimeHistogram histogram = tally.Histogram;
        double waits = 0, services = 0, gaps = 0, meanGap = plan.MeanGap;
        long correct = 0;
        for (long query = 0; query < queries; query++)
        {
            ulong bits = random.Next();
            int k = types.Type((uint)(bits >> 32));
            double normal = NormalDraw.Next(random.Next(), ref spare);
            double service = deviations[k] > 0 ? TableExponential.Of(means[k] + (deviations[k] * normal)) : seconds[k];
            double gap = meanGap * ExponentialDraw.Next(random.Next(), ref spare), system = wait + service;
            correct += (uint)bits < right[k] ? 1 : 0;
            waits += wait;
            services += service;
            gaps += gap;
            systemTimes[k] += system;
            served[k]++;
            histogram.Add(k, system);
            wait = Math.Max(0, system - gap);
        }

        return new SimulatedOutcome(waits / queries, (waits + services) / queries, correct / (double)queries, services, gaps);
    }

    private interface IServiceDraw
    {
        double Next(QueuePlan plan, int task, ref Xoshiro256 random);
    }

    private readonly struct Constant : IServiceDraw
    {
        public double Next(QueuePlan plan, int task, ref Xoshiro256 random) => plan.Seconds[task];
    }

    private readonly struct Drawn : IServiceDraw
    {
        public double Next(QueuePlan plan, int task, ref Xoshiro256 random) => plan.Draw(task, ref random);
    }
}
