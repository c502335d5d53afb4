using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>A run that is resumed.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Settings">Its settings, with what may be changed when it is resumed.</param>
/// <param name="AddedBudgets">Budgets to add; empty where the plan stays.</param>
/// <param name="RedoLatency">Whether its service times are measured again.</param>
internal sealed record Resumption(RunFolder Folder, RunSettings Settings, ImmutableArray<BudgetSetting> AddedBudgets, bool RedoLatency)
{
    /// <summary>Whether nothing is to be measured that the run does not have.</summary>
    internal bool IsDone => Folder.HasEnded && AddedBudgets.IsEmpty && !RedoLatency;

    /// <summary>The run to resume; null where a new one is asked for.</summary>
    /// <exception cref="UserFault">Options contradict each other, or the run cannot be resumed.</exception>
    internal static Resumption? Read(RunOptions options, ParseResult parsed, TimeProvider clock)
    {
        string[] added = parsed.GetValue(options.AddBudgets) ?? [];
        bool redo = parsed.GetValue(options.RedoLatency);
        if (parsed.GetValue(options.Resume) is not { } path)
        {
            if (redo)
                throw new UserFault("--redo-latency measures the service times of a run again: name it with --resume RUN.");
            return added.Length == 0
                ? null
                : throw new UserFault(
                    "--add-budgets adds to an existing run: name it with --resume RUN, or give a new run's with --budgets.");
        }

        if (WithoutEffect.FirstOf(
            parsed,
            options.Resume,
            options.AddBudgets,
            options.RedoLatency,
            options.AcceptMissing,
            options.Concurrency,
            options.Hours,
            options.Deadline) is { } idle)
        {
            throw new UserFault(
                $"{idle} has no effect with --resume: a run resumes with its own settings. Leave it out, or start a new run without "
                    + $"--resume.");
        }

        RunFolder folder = RunFolder.Open(path);
        RunManifest manifest = folder.ReadManifest();
        ThrowIfOlder(folder, manifest);
        if (added.Length > 0 && manifest.Notes.TryGetValue("merged_from", out string? parts))
            throw new UserFault($"{folder.Path} was merged from {parts}: add the budgets to these runs, and then merge them again.");
        ImmutableArray<BudgetSetting> budgets = OptionText.BudgetSettings(added, options.AddBudgets.Name);
        RunSettings own = manifest.Settings with { AddedBudgets = [.. manifest.Settings.AddedBudgets, .. budgets] };
        RunSettings settings = Changed(own, options, parsed);
        _ = TimeLimits.Of(settings, clock);
        if (settings.Plan.SettingFaults().FirstOrDefault() is { } fault)
            throw new UserFault(fault);
        return new Resumption(folder, settings, budgets, redo);
    }

    /// <exception cref="UserFault">The run's manifest has an older schema, without the settings that it was started with.</exception>
    internal static void ThrowIfOlder(RunFolder folder, RunManifest manifest)
    {
        if (manifest.SchemaVersion < RunManifest.CurrentSchema)
        {
            throw new UserFault(
                $"{folder.Path} was measured by an older version (schema {manifest.SchemaVersion}): it can be fitted, allocated, "
                    + $"simulated, "
                + "drawn and regraded, but not resumed, enlarged or merged. Start a new run.");
        }
    }

    /// <summary>Puts the service times aside, to be measured again.</summary>
    /// <exception cref="UnfinishedRun">The folder cannot be written; the run is as it was, or without service times.</exception>
    internal async Task ReplaceServiceAsync(DateTime utc, CancellationToken cancellationToken)
    {
        try
        {
            string replaced = await Folder.ReplaceServiceAsync(utc, cancellationToken);
            RunManifest manifest = Folder.ReadManifest();
            await Folder.WriteManifestAsync(
                manifest with { ReplacedService = [.. manifest.ReplacedService, replaced], RequestOverhead = null });
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun(
                $"{Folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). Make room and give the same command again.", 1);
        }
    }

    /// <summary>Makes the folder ready for rows of the enlarged plan.</summary>
    /// <param name="manifest">The manifest as it was.</param>
    /// <param name="enlarged">The manifest from now on.</param>
    /// <param name="cancellationToken">Leaves the run as it was.</param>
    /// <exception cref="UserFault">The rows are another run's.</exception>
    /// <exception cref="UnfinishedRun">The folder cannot be written; the run is as it was.</exception>
    internal async Task EnlargeAsync(RunManifest manifest, RunManifest enlarged, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(manifest, enlarged))
            return;

        // Traces are found by their names, which begin with the run's id: in a merged, regraded or renamed folder all would be
        // generated anew.
        Trial? any = await Folder.Trials.ReadAsync().FirstOrDefaultAsync(cancellationToken);
        if (any is not null && !any.TraceId.StartsWith(Folder.Id + "/", StringComparison.Ordinal))
        {
            throw new UserFault(
                $"{Folder.Path} holds rows of the run {any.TraceId.Split('/')[0]}, because it was merged, regraded or renamed: add the "
                + "budgets to that run by its own name, and then merge or regrade again.");
        }

        try
        {
            // The manifest comes last: until then the run is the old one, open or not, and not a larger one that lacks trials.
            await Folder.ReopenAsync(cancellationToken);
            await Folder.WriteManifestAsync(enlarged);
        }
        catch (IOException fault)
        {
            throw new UnfinishedRun(
                $"{Folder.Path} cannot be written ({fault.Message.TrimEnd('.')}). The run is as it was: make room and give the same "
                + "command again.",
                1);
        }
    }

    /// <summary>How many requests are in flight and how long measuring goes on change no result: a resumed run may have its own.</summary>
    private static RunSettings Changed(RunSettings own, RunOptions options, ParseResult parsed)
    {
        bool newLimit = parsed.GetValue(options.Hours) is not null || parsed.GetValue(options.Deadline) is not null;
        return own with
        {
            Plan = parsed.GetResult(options.Concurrency) is { Implicit: false }
                ? own.Plan with { Concurrency = parsed.GetValue(options.Concurrency) }
                : own.Plan,
            Hours = newLimit ? parsed.GetValue(options.Hours) : own.Hours,
            Deadline = newLimit ? parsed.GetValue(options.Deadline) : own.Deadline,
            AcceptMissing = own.AcceptMissing || parsed.GetValue(options.AcceptMissing),
        };
    }
}
