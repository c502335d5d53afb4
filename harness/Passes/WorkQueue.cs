using System.Diagnostics.CodeAnalysis;

namespace Calibration.Harness.Passes;

/// <summary>
/// Work in the plan's order, shared by all endpoints; what a lost endpoint gives back comes first. After the deadline nothing is handed
/// out.
/// </summary>
internal sealed class WorkQueue<TWork>(IEnumerable<TWork> planned, CancellationToken deadline)
    where TWork : class
{
    private readonly Lock _gate = new();
    private readonly IEnumerator<TWork> _rest = planned.GetEnumerator();
    private readonly Queue<TWork> _returned = new();

    /// <summary>Whether work was given back that nobody has taken since.</summary>
    internal bool HasReturned
    {
        get
        {
            lock (_gate)
                return _returned.Count > 0 && !deadline.IsCancellationRequested;
        }
    }

    internal bool TryTake([NotNullWhen(true)] out TWork? work)
    {
        lock (_gate)
        {
            work = deadline.IsCancellationRequested
                ? null
                : _returned.TryDequeue(out TWork? again) ? again : _rest.MoveNext() ? _rest.Current : null;
            return work is not null;
        }
    }

    internal void Return(TWork work)
    {
        lock (_gate)
            _returned.Enqueue(work);
    }
}
