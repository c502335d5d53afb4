using System.Collections.Immutable;
using System.Globalization;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>Puts the parts of one plan together, by key.</summary>
internal static class MergeStage
{
    /// <exception cref="UserFault">The folders are not parts of one plan.</exception>
    internal static async Task<RunFolder> RunAsync(ImmutableArray<RunFolder> parts, string root, TextWriter output, CancellationToken cancellationToken)
    {
        ImmutableArray<RunManifest> manifests = [.. parts.Select(part => part.ReadManifest())];
        foreach (RunManifest other in manifests.Skip(1))
            ManifestComparison.ThrowIfNotParts(manifests[0], other);
        var trials = new Dictionary<TrialKey, Trial>();
        var traces = new List<Trace>();
        var service = new List<ServiceSample>();
        int overlap = 0;
        foreach (RunFolder part in parts)
        {
            await foreach (Trial trial in part.ReadTrialsAsync().WithCancellation(cancellationToken))
            {
                // Of two trials with one key the usable one counts, else the first.
                if (!trials.TryAdd(trial.Key, trial))
                {
                    overlap++;
                    if (!trials[trial.Key].IsUsable && trial.IsUsable)
                        trials[trial.Key] = trial;
                }
            }

            traces.AddRange(await part.ReadTracesAsync().ToListAsync(cancellationToken));
            service.AddRange(await part.ReadServiceAsync().ToListAsync(cancellationToken));
        }

        RunFolder merged = RunFolder.Create(root, manifests[0].Id + "-merged");
        await merged.WriteManifestAsync(manifests[0] with { Id = merged.Id, Notes = manifests[0].Notes.SetItem("merged_from", string.Join(' ', manifests.Select(manifest => manifest.Id))) });
        await merged.WriteRowsAsync(trials.Values, service, traces);
        Directory.Delete(merged.In("journal"), recursive: true);
        Report(manifests[0], trials.Keys, overlap, service.Count, output);
        return merged;
    }

    private static void Report(RunManifest manifest, Dictionary<TrialKey, Trial>.KeyCollection keys, int overlap, int times, TextWriter output)
    {
        int runs = manifest.Plan.GetProperty("runs").GetInt32();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{keys.Count:N0} trials and {times:N0} service times; {overlap:N0} trials were there more than once."));
        foreach (TaskFacts task in manifest.Tasks)
        {
            int planned = task.Items * task.Budgets.Length * runs, found = keys.Count(key => key.Task == task.Task);
            if (found < planned)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {task.Task}: {planned - found:N0} of {planned:N0} trials are missing."));
        }
    }
}
