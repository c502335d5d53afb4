using System.Collections.Immutable;
using System.Globalization;
using Calibration.Results;

namespace Calibration.Analysis.Diagnosing;

/// <summary>Something that is not as it should be in a run folder.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">What it is, in one sentence.</param>
/// <param name="Remedy">What repairs it, a command where there is one; empty where nothing is to be done.</param>
public sealed record Symptom(Severity Severity, string Text, string Remedy);

/// <summary>How many rows of a table have a status, and one reason that they give.</summary>
/// <param name="Table">Name of the table.</param>
/// <param name="Status">The status.</param>
/// <param name="Reason">The reason, in the product's or the server's words.</param>
/// <param name="Rows">Number of rows.</param>
public sealed record StatusCount(string Table, TrialStatus Status, string Reason, long Rows);

/// <summary>What a run folder holds, and what is wrong with it. Nothing in the folder is changed.</summary>
public sealed record RunDiagnosis
{
    /// <summary>Whether measuring has ended: the journals have become Parquet.</summary>
    public required bool HasEnded { get; init; }

    /// <summary>Different trials.</summary>
    public long Trials { get; init; }

    /// <summary>Service times.</summary>
    public long ServiceTimes { get; init; }

    /// <summary>Thinking traces.</summary>
    public long Traces { get; init; }

    /// <summary>Rows by table, status and reason.</summary>
    public ImmutableArray<StatusCount> Statuses { get; init; } = [];

    /// <summary>What is wrong, the gravest first.</summary>
    public ImmutableArray<Symptom> Symptoms { get; init; } = [];

    /// <summary>Whether every row could be read.</summary>
    public bool IsReadable { get; init; }

    /// <summary>Looks at a run folder: its manifest, rows, journals and service times.</summary>
    public static async Task<RunDiagnosis> OfAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunManifest manifest;
        try
        {
            manifest = folder.ReadManifest();
        }
        catch (InvalidDataException fault)
        {
            return new RunDiagnosis
            {
                HasEnded = folder.HasEnded,
                Symptoms = [new Symptom(Severity.Serious, fault.Message, "Without its manifest nothing of the run can be read.")],
            };
        }

        var examination = new Examination(folder, manifest);
        await examination.LookAtRowsAsync(cancellationToken);
        examination.LookAtFiles();
        return examination.Diagnosis();
    }

    /// <summary>The looks at one folder.</summary>
    private sealed class Examination(RunFolder folder, RunManifest manifest)
    {
        private readonly List<Symptom> _symptoms = [];
        private readonly Dictionary<(string Table, TrialStatus Status, string Reason), long> _statuses = [];
        private readonly HashSet<TrialKey> _trials = [];
        private long _services;
        private long _traces;
        private bool _isReadable = true;

        private string Resume => $"calibrate run --resume {folder.Path}";

        internal RunDiagnosis Diagnosis() => new()
        {
            HasEnded = folder.HasEnded,
            Trials = _trials.Count,
            ServiceTimes = _services,
            Traces = _traces,
            IsReadable = _isReadable,
            Statuses =
            [
                .. _statuses.Select(count => new StatusCount(count.Key.Table, count.Key.Status, count.Key.Reason, count.Value))
                    .OrderByDescending(count => count.Rows),
            ],
            Symptoms = [.. _symptoms.OrderByDescending(symptom => symptom.Severity)],
        };

        internal async Task LookAtRowsAsync(CancellationToken cancellationToken)
        {
            Dictionary<string, ImmutableArray<int>> planned = manifest.Tasks.ToDictionary(
                task => task.Task, task => task.Budgets, StringComparer.Ordinal);
            long doubled = 0, unplanned = 0, failed = 0;
            await ReadAsync("trials", folder.Trials.ReadAsync(), trial =>
            {
                doubled += _trials.Add(trial.Key) || !folder.HasEnded ? 0 : 1;
                unplanned += planned.GetValueOrDefault(trial.Task, []).Contains(trial.BudgetTokens) ? 0 : 1;
                failed += trial.Status == TrialStatus.Failed ? 1 : 0;
                Count("trials", trial.Status, trial.Reason);
            }, cancellationToken);
            long suspect = 0, untimed = 0;
            await ReadAsync("service", folder.Service.ReadAsync(), sample =>
            {
                _services++;
                suspect += sample.Status == TrialStatus.Unverified ? 1 : 0;
                untimed += sample.Status == TrialStatus.Failed ? 1 : 0;
                Count("service", sample.Status, sample.Reason);
            }, cancellationToken);
            await ReadAsync("traces", folder.Traces.ReadAsync(), _ => _traces++, cancellationToken);

            Say(doubled, Severity.Serious, "trials are in the table twice", $"calibrate regrade {folder.Path} keeps one of each.");
            Say(unplanned, Severity.Serious, "trials are of a task or budget that the plan does not have", "Put the manifest's copy back.");
            if (_isReadable && Incompleteness.Of(manifest, _trials.Count) is { } missing)
                Say(missing.Planned - missing.Trials, Severity.Caution, $"of {missing.Planned:N0} planned trials are missing", Resume);
            Say(failed, Severity.Caution, "trials failed and are tried again on resume", Resume);
            Say(suspect, Severity.Caution, "service times are suspect; no fit uses them", Resume + " --redo-latency");
            Say(untimed, Severity.Caution, "service times failed", Resume + " --redo-latency");
            if (_isReadable && _services == 0 && manifest.Plan.Shard.MeasuresLatency)
                Say(1, Severity.Serious, "run without a service time: there can be no allocation", Resume);
        }

        internal void LookAtFiles()
        {
            bool hasJournal = Directory.Exists(folder.In("journal"));
            if (IsLocked())
                Add(Severity.Note, "A process is measuring into this folder now.", "Wait for it, or stop it first.");
            else if (hasJournal)
                Add(
                    Severity.Caution,
                    File.Exists(folder.Trials.Path)
                        ? "Measuring was reopened, or interrupted while the journals became Parquet; nothing is lost."
                        : "Measuring has not ended: the rows are in journals.",
                    Resume);
            foreach (string journal in hasJournal ? Directory.GetFiles(folder.In("journal"), "*.jsonl") : [])
            {
                if (EndsInALine(journal))
                    continue;
                Add(
                    Severity.Note,
                    $"{Path.GetFileName(journal)} ends within a line, which a crash left; its row was never finished.",
                    Resume);
            }

            foreach (string replaced in manifest.ReplacedService.Where(name => !File.Exists(folder.In(name))))
                Add(Severity.Note, $"{replaced}, the service times before they were measured again, is gone.", "");
            if (manifest.SchemaVersion < RunManifest.CurrentSchema)
                Add(
                    Severity.Note,
                    $"The folder has schema {manifest.SchemaVersion}, of an earlier version: it can be analysed, but not resumed.",
                    "");
        }

        private async Task ReadAsync<TRow>(
            string table, IAsyncEnumerable<TRow> rows, Action<TRow> look, CancellationToken cancellationToken)
        {
            try
            {
                await foreach (TRow row in rows.WithCancellation(cancellationToken))
                    look(row);
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException)
            {
                _isReadable = false;
                Add(
                    Severity.Serious,
                    $"The {table} cannot be read: {fault.Message}",
                    Directory.Exists(folder.In("journal")) ? Resume : "Put a copy of the file back; without one, measure again.");
            }
        }

        private bool IsLocked()
        {
            string path = folder.In(".lock");
            if (!File.Exists(path))
                return false;
            try
            {
                using FileStream free = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }

        private static bool EndsInALine(string path)
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (file.Length == 0)
                return true;
            file.Seek(-1, SeekOrigin.End);
            return file.ReadByte() == '\n';
        }

        private void Count(string table, TrialStatus status, string reason) =>
            _statuses[(table, status, reason)] = _statuses.GetValueOrDefault((table, status, reason)) + 1;

        private void Say(long count, Severity severity, string what, string remedy)
        {
            if (count > 0)
                Add(severity, string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}."), remedy);
        }

        private void Add(Severity severity, string text, string remedy) => _symptoms.Add(new Symptom(severity, text, remedy));
    }
}
