using System.Collections.Immutable;
using Calibration.Analysis.Comparing;
using Calibration.Analysis.Counting;
using Calibration.Analysis.Curves;
using Calibration.Analysis.Deciding;
using Calibration.Analysis.Findings;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>The run cannot be analysed as asked; the message says why and what to do. A setting is named in braces.</summary>
public sealed class AnalysisException(string message) : Exception(message);

/// <summary>What is asked of an allocation.</summary>
/// <param name="Point">The operating point.</param>
/// <param name="Seed">Seed of the bootstrap and of the simulated queues.</param>
/// <param name="SweepTask">The task whose budget runs in Fig. 4, where it takes part with a curve.</param>
public sealed record AllocationRequest(OperatingPoint Point, int Seed, string SweepTask)
{
    /// <summary>The server; it serves one query at a time by default, as in the paper.</summary>
    public Server Server { get; init; } = Server.OneAtATime;
}

/// <summary>What is asked of a comparison of two runs.</summary>
/// <param name="Allocation">The operating point at which both decide; its shares name tasks that both runs measured.</param>
/// <param name="TolerableLossSeconds">A loss of J that does not matter; null for 0.01 α, what 0.01 of accuracy is worth.</param>
public sealed record ComparisonRequest(AllocationRequest Allocation, double? TolerableLossSeconds = null);

/// <summary>The trials of one task so far.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="DisplayName">Task name in tables and figures.</param>
/// <param name="Tried">Trials that were tried, whatever came of them.</param>
/// <param name="Excluded">Those of them that no fit uses.</param>
/// <param name="Budgets">The usable answers at each budget, in order of the budgets.</param>
public sealed record CountedTask(
    string Task, string DisplayName, long Tried, long Excluded, ImmutableArray<BudgetAnswers> Budgets);

/// <summary>The trials of a run so far.</summary>
/// <param name="Tasks">Its tasks in order.</param>
/// <param name="Hash">Hash of its rows, as in <see cref="RunFits.RowsHash"/> of fits that were made from them.</param>
public sealed record RunCounts(ImmutableArray<CountedTask> Tasks, string Hash);

/// <summary>The way from a run folder to its fits (<c>fits.json</c>), its allocations (<c>allocation.json</c>) and its findings.</summary>
public static class RunAnalysis
{
    private const string FitsName = "fits.json";

    /// <summary>Fits both models to a run's rows, and writes <c>fits.json</c> and <c>fits.parquet</c>.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="request">How it is fitted.</param>
    /// <param name="cancellationToken">Ends the fitting.</param>
    /// <exception cref="AnalysisException">The run has no trials yet, or a shape is named for a task that it does not have.</exception>
    public static async Task<RunFits> FitAsync(RunFolder folder, FitRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(folder);
        RunManifest manifest = folder.ReadManifest();
        if (request.AcceptMissing && !manifest.Settings.AcceptMissing)
        {
            manifest = manifest with { Settings = manifest.Settings with { AcceptMissing = true } };
            await folder.WriteManifestAsync(manifest);
        }

        RunRows rows = await RunRows.ReadAsync(folder, cancellationToken);
        if (rows.Semantics is not { } semantics)
            throw new AnalysisException($"{folder.Path} holds no trials yet: resume it with calibrate run --resume {folder.Path}.");
        if (request.Shapes.Keys.FirstOrDefault(name => manifest.Tasks.All(task => task.Task != name)) is { } unknown)
        {
            string names = string.Join(", ", manifest.Tasks.Select(task => task.Task));
            throw new AnalysisException($"{{Shape}} names {unknown}, which was not measured; the tasks are {names}.");
        }

        ILookup<string, ServiceSample> service = rows.Service.ToLookup(sample => sample.Task);
        var fitting = new TaskFitting(manifest, request);
        var fits = new RunFits
        {
            Run = manifest.Id,
            RowsHash = rows.Hash,
            Simulated = manifest.Simulated,
            Samples = manifest.Samples,
            Model = manifest.ShownModel,
            Semantics = semantics,
            Incomplete = Incompleteness.Of(manifest, rows.Trials.Values.Sum(counts => counts.Tried)),
            RequestOverhead = manifest.RequestOverhead,
            Tasks =
            [
                .. manifest.Tasks.AsParallel().AsOrdered().WithCancellation(cancellationToken)
                    .Select(task => fitting.Fit(task, rows.Of(task.Task), [.. service[task.Task]])),
            ],
        };
        await folder.WriteDocumentAsync(FitsName, fits);
        await folder.WriteFitsAsync(fits.Tasks.SelectMany(FittedParameters.Of));
        return fits;
    }

    /// <summary>Counts the trials that a run has so far, also while it is measured.</summary>
    /// <exception cref="InvalidDataException">The rows are damaged.</exception>
    public static async Task<RunCounts> CountAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunRows rows = await RunRows.ReadAsync(folder, cancellationToken);
        return new RunCounts(
        [
            .. from task in folder.ReadManifest().Tasks
               let counts = rows.Of(task.Task)
               let excluded = counts.Exclusions.Sum(at => (long)at.Excluded)
               select new CountedTask(task.Task, task.DisplayName, counts.Tried, excluded, counts.Answers),
        ],
        rows.Hash);
    }

    /// <summary>Reads <c>fits.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static RunFits ReadFits(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.ReadDocument<RunFits>(FitsName);
    }

    /// <summary>The workload that a run's fits amount to at an operating point, as <see cref="AllocateAsync"/> solves it.</summary>
    /// <exception cref="AnalysisException">No allocation is possible at that point; the message says why.</exception>
    public static async Task<Workload> WorkloadAsync(RunFolder folder, AllocationRequest request, CancellationToken cancellationToken)
    {
        return (await SideAsync(folder, request, cancellationToken)).Decision.Workload;
    }

    /// <summary>Decides at one operating point, and writes <c>allocation.json</c> into the point's own folder.</summary>
    /// <returns>The folder, and no allocation where no task is left because too many trials are missing of each.</returns>
    /// <exception cref="AnalysisException">No allocation is possible at that point; the message says why.</exception>
    public static async Task<(PointFolder Place, RunAllocation? Allocation)> AllocateAsync(
        RunFolder folder, AllocationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(request);
        RunFits fits = ReadFits(folder);
        if (fits.Tasks.All(task => task.IsMissingData))
        {
            var own = new PointFolder(folder, "");
            File.Delete(own.AllocationPath);
            return (own, null);
        }

        Decision decision = (await SideAsync(folder, request, cancellationToken)).Decision;
        RunAllocation allocation = decision.Conclude(cancellationToken) with { FitsHash = FitsHashOf(folder) };
        PointFolder place = PointFolder.Of(folder, AllocationPoint.Of(allocation));
        await place.WriteAsync(allocation);
        await AtomicFile.WriteTextAsync(place.In("workload.json"), WorkloadJson.Write(decision.Workload) + "\n");
        return (place, allocation);
    }

    /// <summary>What given budgets cost under a run's model, with intervals.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="request">The operating point.</param>
    /// <param name="budgets">Budgets by task in thinking tokens; a task that is not named has the run's own best.</param>
    /// <param name="cancellationToken">Ends the bootstrap.</param>
    /// <exception cref="AnalysisException">A budget names another task, or no allocation is possible.</exception>
    public static async Task<AllocationValue> ValueAsync(
        RunFolder folder, AllocationRequest request, IReadOnlyDictionary<string, double> budgets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        Decision decision = (await SideAsync(folder, request, cancellationToken)).Decision;
        if (budgets.Keys.FirstOrDefault(task => decision.BudgetOf(task) is null) is { } unknown)
        {
            throw new AnalysisException(
                $"{unknown} takes no part in the allocation; the tasks are "
                    + $"{string.Join(", ", decision.Workload.Tasks.Select(task => task.Task))}.");
        }

        return decision.ValueOf(
            [
                .. decision.Workload.Tasks.Select(task =>
                    budgets.TryGetValue(task.Task, out double at) ? at : decision.BudgetOf(task.Task)!.Value),
            ],
            cancellationToken);
    }

    /// <summary>J at one budget for all tasks, with its interval, at the operating point of a folder's allocation.</summary>
    /// <exception cref="AnalysisException">The fits were made from other rows.</exception>
    public static async Task<PolicyValue> UniformAsync(PointFolder place, int budgetTokens, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        AllocationPoint at = AllocationPoint.Of(place.ReadAllocation());
        var point = new OperatingPoint
        {
            ArrivalRatePerS = at.ArrivalRatePerSecond,
            AccuracyWeightS = at.AccuracyWeightSeconds,
            MaxBudgetTokens = (int)at.MaxBudgetTokens,
            Shares = at.Shares,
        };
        var request = new AllocationRequest(point, place.Run.ReadManifest().Plan.Seed, SweepTask: "")
        {
            Server = ServerOf(place),
        };
        Decision decision = (await SideAsync(place.Run, request, cancellationToken)).Decision;
        return decision.UniformOf(budgetTokens, cancellationToken) is { } uniform
            ? PolicyValue.Of(uniform)
            : new PolicyValue(PolicyKind.Uniform, budgetTokens, null);
    }

    /// <summary>The server of a folder's workload.json; folders without one have the paper's.</summary>
    private static Server ServerOf(PointFolder place)
    {
        string file = place.In("workload.json");
        return File.Exists(file) ? WorkloadJson.Read(File.ReadAllText(file), file).Server : Server.OneAtATime;
    }

    /// <summary>Two runs side by side at one operating point.</summary>
    /// <exception cref="AnalysisException">They have no task in common, or one of them has no allocation there.</exception>
    public static async Task<RunComparison> CompareAsync(
        RunFolder before, RunFolder after, ComparisonRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Side old = await SideAsync(before, request.Allocation, cancellationToken);
        Side now = await SideAsync(after, request.Allocation, cancellationToken);
        return new Comparison(old, now, request).Conclude(cancellationToken);
    }

    /// <summary>Several runs in the order of their dates at one operating point, each compared with the first.</summary>
    /// <exception cref="AnalysisException">They have no task in common, or one of them has no allocation there.</exception>
    public static async Task<RunHistory> CompareAsync(
        IEnumerable<RunFolder> runs, ComparisonRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(request);
        var sides = new List<Side>();
        foreach (RunFolder run in runs)
            sides.Add(await SideAsync(run, request.Allocation, cancellationToken));
        return History.Of([.. sides.OrderBy(side => side.Manifest.CreatedUtc)], request, cancellationToken);
    }

    private static async Task<Side> SideAsync(RunFolder folder, AllocationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunFits fits = ReadFits(folder);
        RunRows rows = await RunRows.ReadAsync(folder, cancellationToken);
        ThrowIfOtherRows(folder, fits, rows.Hash);
        return new Side(folder.ReadManifest(), fits, rows, new Decision(fits, rows, request, cancellationToken));
    }

    /// <summary>The fits and the allocation of a folder, checked to belong together.</summary>
    /// <exception cref="AnalysisException">They do not; the message says which stage to run again.</exception>
    public static (RunFits Fits, RunAllocation? Allocation) Read(PointFolder place)
    {
        ArgumentNullException.ThrowIfNull(place);
        RunFits fits = ReadFits(place.Run);
        if (fits.Tasks.All(task => task.IsMissingData))
            return (fits, null);
        RunAllocation allocation = place.ReadAllocation();
        return allocation.FitsHash is null || allocation.FitsHash == FitsHashOf(place.Run)
            ? (fits, allocation)
            : throw new AnalysisException(
                $"The allocation in {place.Path} was made from other fits than {FitsName} holds now: "
                    + $"run calibrate allocate {place.Run.Path} again, at the same operating point.");
    }

    /// <summary>Checks that the fits were made from the rows that the run holds now.</summary>
    /// <exception cref="AnalysisException">They were made from others; the message says which stage to run again.</exception>
    public static async Task CheckRowsAsync(RunFolder folder, RunFits fits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(fits);
        ThrowIfOtherRows(folder, fits, (await RunRows.ReadAsync(folder, cancellationToken)).Hash);
    }

    /// <summary>What the rows say beside the fits.</summary>
    /// <exception cref="AnalysisException">The fits were made from other rows.</exception>
    public static async Task<RowFindings> FindingsAsync(RunFolder folder, RunFits fits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(fits);

        // Of each trace only one position is kept: an overnight run's ids are gigabytes.
        var lengthenedFrom = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (Trace trace in folder.Traces.ReadAsync().WithCancellation(cancellationToken))
        {
            if (LengthenedThinking.FirstAt(trace) is { } position)
                lengthenedFrom[trace.TraceId] = position;
        }

        using var hash = new RowsHash();
        var trials = new List<Trial>();
        await foreach (Trial trial in folder.Trials.ReadAsync().WithCancellation(cancellationToken))
        {
            // What the model wrote says nothing here, and is most of a row.
            hash.Add(trial);
            trials.Add(trial with { Response = "", Answer = "", Gold = "", Reason = "" });
        }

        List<ServiceSample> service = await folder.Service.ReadAsync().ToListAsync(cancellationToken);
        service.ForEach(hash.Add);
        ThrowIfOtherRows(folder, fits, hash.Value);
        return RowFindings.Of(service, trials, lengthenedFrom);
    }

    private static string FitsHashOf(RunFolder folder) => ShortHash.Of(File.ReadAllText(folder.In(FitsName)));

    private static void ThrowIfOtherRows(RunFolder folder, RunFits fits, string hash)
    {
        if (fits.RowsHash is { } own && own != hash)
        {
            throw new AnalysisException(
                $"{folder.In(FitsName)} was made from other rows than the run holds now: run calibrate fit {folder.Path}, then calibrate "
                + "allocate, again.");
        }
    }
}
