namespace Calibration.Optimizer.Queueing;

/// <summary>
/// Limited processor sharing: up to m queries in service share the speed φ(n), the others wait in order. In virtual time V, which passes at
/// φ(n)/n, a query that begins at V with service time x ends at V + x, so one heap of ends gives the next departure.
/// </summary>
internal sealed class SharedQueue
{
    private readonly QueuePlan _plan;
    private readonly double[] _rate;
    private readonly double[] _end;
    private readonly Query[] _inService;
    private Query[] _waiting = new Query[64];
    private int _busy;
    private int _head;
    private int _waits;
    private double _virtual;
    private double _clock;

    internal SharedQueue(QueuePlan plan)
    {
        _plan = plan;
        int m = plan.Server.Slots;
        (_end, _inService) = (new double[m], new Query[m]);
        _rate = [0, .. plan.Server.Speed.Select((speed, i) => speed / (i + 1))];
    }

    /// <summary>
    /// Simulates until the last of the counted queries has left; those that arrive after it are served beside it and do not count.
    /// </summary>
    internal SimulatedOutcome Run(long queries, long warmUp, ref Xoshiro256 start, QueueTally tally)
    {
        Xoshiro256 random = start;
        var sums = new Sums();
        double next = _plan.MeanGap * ExponentialDraw.Next(ref random);
        long last = warmUp + queries;
        for (long arrived = 0, open = queries; open > 0;)
        {
            double departure = _busy == 0 ? double.PositiveInfinity : _clock + ((_end[0] - _virtual) / _rate[_busy]);
            if (departure <= next)
            {
                open -= Depart(departure, ref sums, tally);
                continue;
            }

            _virtual += _busy == 0 ? 0 : (next - _clock) * _rate[_busy];
            _clock = next;
            ulong bits = random.Next();
            int k = _plan.Types.Type((uint)(bits >> 32));
            bool counts = arrived >= warmUp && arrived < last;
            var query = new Query(_clock, _plan.Draw(k, ref random), k, counts);
            double gap = _plan.MeanGap * ExponentialDraw.Next(ref random);
            if (counts)
            {
                sums.Correct += (uint)bits < _plan.Right[k] ? 1 : 0;
                sums.Services += query.Seconds;
                sums.Gaps += gap;
            }

            next += gap;
            arrived++;
            if (_busy < _end.Length)
                Begin(query, ref sums);
            else
                Wait(query);
        }

        return new SimulatedOutcome(sums.Waits / queries, sums.Systems / queries, sums.Correct / (double)queries, sums.Services, sums.Gaps);
    }

    /// <summary>The query that ends first leaves, and the first that waits takes its slot; 1 where the one that left counts.</summary>
    private int Depart(double time, ref Sums sums, QueueTally tally)
    {
        _virtual = _end[0];
        _clock = time;
        Query left = _inService[0];
        RemoveFirst();
        if (left.Counts)
        {
            double system = time - left.Arrival;
            sums.Systems += system;
            tally.SystemTimes[left.Task] += system;
            tally.Served[left.Task]++;
            tally.Histogram.Add(left.Task, system);
        }

        if (_busy == 0)
            _virtual = 0;
        if (_waits > 0)
        {
            Query first = _waiting[_head];
            (_head, _waits) = ((_head + 1) & (_waiting.Length - 1), _waits - 1);
            Begin(first, ref sums);
        }

        return left.Counts ? 1 : 0;
    }

    private void Begin(in Query query, ref Sums sums)
    {
        if (query.Counts)
            sums.Waits += _clock - query.Arrival;
        double end = _virtual + query.Seconds;
        int at = _busy++;
        while (at > 0 && _end[(at - 1) / 2] > end)
        {
            int parent = (at - 1) / 2;
            (_end[at], _inService[at]) = (_end[parent], _inService[parent]);
            at = parent;
        }

        (_end[at], _inService[at]) = (end, query);
    }

    private void RemoveFirst()
    {
        int last = --_busy, at = 0;
        double end = _end[last];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= last)
                break;
            if (child + 1 < last && _end[child + 1] < _end[child])
                child++;
            if (_end[child] >= end)
                break;
            (_end[at], _inService[at]) = (_end[child], _inService[child]);
            at = child;
        }

        (_end[at], _inService[at]) = (end, _inService[last]);
    }

    private void Wait(in Query query)
    {
        if (_waits == _waiting.Length)
        {
            var wider = new Query[2 * _waiting.Length];
            for (int i = 0; i < _waits; i++)
                wider[i] = _waiting[(_head + i) & (_waiting.Length - 1)];
            (_waiting, _head) = (wider, 0);
        }

        _waiting[(_head + _waits++) & (_waiting.Length - 1)] = query;
    }

    private readonly record struct Query(double Arrival, double Seconds, int Task, bool Counts);

    private struct Sums
    {
        internal double Waits;
        internal double Systems;
        internal double Services;
        internal double Gaps;
        internal long Correct;
    }
}
