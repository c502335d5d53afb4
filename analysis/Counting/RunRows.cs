using System.Collections.Immutable;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>What the analysis needs of a run's rows, read once and one row at a time.</summary>
/// <param name="Trials">Counts of each task.</param>
/// <param name="Service">The service times.</param>
/// <param name="Semantics">What a budget meant; null where there is no trial.</param>
/// <param name="Hash">Hash of the rows.</param>
internal sealed record RunRows(
    ImmutableDictionary<string, TaskCounts> Trials, ImmutableArray<ServiceSample> Service, BudgetSemantics? Semantics, string Hash)
{
    /// <summary>The counts of a task; empty where it has no trial.</summary>
    internal TaskCounts Of(string task) => Trials.GetValueOrDefault(task) ?? new TaskCounts();

    internal static async Task<RunRows> ReadAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        using var hash = new RowsHash();
        var tasks = new Dictionary<string, TaskCounts>(StringComparer.Ordinal);
        BudgetSemantics? semantics = null;
        await foreach (Trial trial in folder.Trials.ReadAsync().WithCancellation(cancellationToken))
        {
            semantics ??= trial.Semantics;
            if (!tasks.TryGetValue(trial.Task, out TaskCounts? counts))
                tasks.Add(trial.Task, counts = new TaskCounts());
            counts.Add(trial);
            hash.Add(trial);
        }

        ImmutableArray<ServiceSample> service = [.. await folder.Service.ReadAsync().ToListAsync(cancellationToken)];
        foreach (ServiceSample sample in service)
            hash.Add(sample);
        return new RunRows(tasks.ToImmutableDictionary(StringComparer.Ordinal), service, semantics, hash.Value);
    }
}
