using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Calibrate.Measuring;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.RunFolders;

/// <summary><c>merge</c>: puts the parts of one plan together, by key.</summary>
internal sealed class MergeVerb(TextWriter output, TextWriter log)
{
    internal Command Command()
    {
        var parts = new Argument<string[]>("runs")
        {
            Description = "Run folders of one plan's parts (--shard).",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> root = new RunOptions().Out;
        var command = new Command("merge", "Join the parts of one plan in a new run folder, and name overlaps and gaps.")
        {
            parts,
            root,
        };
        command.SetAction(async (parsed, cancelled) =>
        {
            ImmutableArray<RunFolder> folders = [.. parsed.GetValue(parts)!.Select(RunFolder.Open)];
            RunFolder merged = await MergeAsync(folders, parsed.GetValue(root)!, cancelled);
            await output.WriteLineAsync(merged.Path);
            Ending.Next(log, $"calibrate fit {merged.Path}", $"calibrate allocate {merged.Path}");
            return 0;
        });
        return command;
    }

    /// <exception cref="UserFault">The folders are not parts of one plan.</exception>
    private async Task<RunFolder> MergeAsync(ImmutableArray<RunFolder> parts, string root, CancellationToken cancellationToken)
    {
        ImmutableArray<RunManifest> manifests = [.. parts.Select(part => part.ReadManifest())];
        foreach ((RunFolder part, RunManifest manifest) in parts.Zip(manifests))
            Resumption.ThrowIfOlder(part, manifest);
        foreach (RunManifest other in manifests.Skip(1))
            ManifestComparison.ThrowIfNotParts(manifests[0], other);
        RunFolder merged = RunFolder.Create(root, manifests[0].Id + "-merged");
        RunManifest whole = manifests[0] with
        {
            Id = merged.Id,
            Settings = manifests[0].Settings with { Plan = manifests[0].Plan with { Shard = Shard.Whole } },
            RequestOverhead = manifests.Select(manifest => manifest.RequestOverhead).FirstOrDefault(overhead => overhead is not null),
            MeasuringS = manifests.All(manifest => manifest.MeasuringS is not null) ? manifests.Sum(manifest => manifest.MeasuringS) : null,
            Notes = manifests[0].Notes.SetItem("merged_from", string.Join(' ', manifests.Select(manifest => manifest.Id))),
        };
        await merged.WriteManifestAsync(whole);
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        long overlap = 0, times = 0;
        try
        {
            await merged.WriteRowsAsync(
                MergedRows.TrialsAsync(parts, cancellationToken).Select(Counted),
                MergedRows.ServiceAsync(parts, cancellationToken).Select(Timed),
                MergedRows.TracesAsync(parts, cancellationToken).Select(trace => trace.Row),
                MergedRows.ThinkingAsync(parts, cancellationToken)?.Select(kept => kept.Row));
        }
        catch
        {
            // Half a merged run would look like a run; the parts are whole.
            Directory.Delete(merged.Path, recursive: true);
            throw;
        }

        Directory.Delete(merged.In("journal"), recursive: true);
        Report(manifests[0], found, overlap, times);
        return merged;

        Trial Counted(MergedRow<Trial> trial)
        {
            found[trial.Row.Task] = found.GetValueOrDefault(trial.Row.Task) + 1;
            overlap += trial.Copies - 1;
            return trial.Row;
        }

        ServiceSample Timed(MergedRow<ServiceSample> sample)
        {
            times++;
            return sample.Row;
        }
    }

    private void Report(RunManifest manifest, Dictionary<string, long> found, long overlap, long times)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Values.Sum():N0} trials and {times:N0} service times; {overlap:N0} trials were there more than once."));
        foreach (TaskFacts task in manifest.Tasks)
        {
            long planned = (long)task.Items * task.Budgets.Length * manifest.Plan.Runs;
            long missing = planned - found.GetValueOrDefault(task.Task);
            if (missing > 0)
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {task.Task}: {missing:N0} of {planned:N0} trials are missing."));
        }
    }
}
