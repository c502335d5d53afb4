using System.Collections.Immutable;

namespace Calibration.Analysis.Uncertainty;

/// <summary>Draws every task anew, once per replicate. Replicate i depends on the seed and i only, whatever the threads.</summary>
/// <param name="tasks">The tasks with what their uncertainty is drawn from.</param>
/// <param name="replicates">Number of replicates.</param>
/// <param name="threads">Threads.</param>
internal sealed class ReplicateLoop(ImmutableArray<DecisionTask> tasks, int replicates, int threads)
{
    /// <summary>What each replicate shows, in their order, without those that show nothing.</summary>
    internal T[] Run<T>(int seed, Func<DrawnTask[], T?> show, CancellationToken cancellationToken)
        where T : class
    {
        var outcomes = new T?[replicates];
        int workers = Math.Clamp(threads, 1, replicates);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        Parallel.For(0, workers, parallel, worker =>
        {
            TaskDraw[] draw = [.. tasks.Select((task, k) => new TaskDraw(task, SeedOf(seed, k, part: 0), SeedOf(seed, k, part: 1)))];
            for (int i = worker; i < replicates; i += workers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                outcomes[i] = show([.. draw.Select(task => task.Next(i))]);
            }
        });
        return [.. outcomes.OfType<T>()];
    }

    /// <summary>A seed of its own for every task and part, in bits of their own.</summary>
    private static ulong SeedOf(int seed, int task, int part) => ((ulong)(uint)seed << 32) | ((ulong)(uint)task << 1) | (uint)part;
}
