using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Calibration.Results;
using Calibration.Results.Journaling;
using Trace = Calibration.Results.Trace;

namespace Calibration.Benchmarks;

/// <summary>
/// Rows a second and memory of a run folder's whole life: journaled, read as a resumed run reads it, compacted, read back.
/// Ten budgets a trace, as in the forked plan; lines are finished in an order of their own, as with many requests in flight.
/// </summary>
internal static class Compaction
{
    private const int Budgets = 10;
    private const int InFlight = 64;
    private const int TraceTokens = 200;
    private const int ResponseCharacters = 200;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        int trials = 1_000_000;
        if (arguments.Length > 1
            || (arguments.Length == 1 && !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out trials))
            || trials < Budgets)
        {
            Console.Error.WriteLine("usage: compaction [TRIALS], at least 10");
            return 2;
        }

        int groups = trials / Budgets;
        string root = Directory.CreateTempSubdirectory("calibration-compaction-").FullName;
        try
        {
            RunFolder folder = RunFolder.Create(root, "night");
            Console.WriteLine($"{groups * Budgets:N0} trials of {groups:N0} traces, in {root}\n");
            Console.WriteLine("step                        rows      s    rows/s   set, MB  peak, MB");
            Show("start", 0, 0);
            await StepAsync("journal", () => JournalAsync(folder, groups));
            await StepAsync("keys of the journal", () => Task.FromResult(Keys(folder)));
            await StepAsync("journal read in order", async () => await folder.Trials.ReadAsync().LongCountAsync());
            await StepAsync("compact", async () =>
            {
                await folder.CompactAsync();
                return groups * (Budgets + 1L);
            });
            await StepAsync("Parquet trials read back", async () => await folder.Trials.ReadAsync().LongCountAsync());
            await StepAsync("Parquet traces read back", async () => await folder.Traces.ReadAsync().LongCountAsync());
            await StepAsync("merge with itself", async () =>
            {
                RunFolder merged = RunFolder.Create(root, "merged");
                long copies = 0;
                await merged.WriteRowsAsync(
                    MergedRows.TrialsAsync([folder, folder]).Select(row =>
                    {
                        copies += row.Copies;
                        return row.Row;
                    }),
                    folder.Service.ReadAsync(),
                    MergedRows.TracesAsync([folder, folder]).Select(row => row.Row));
                return copies;
            });
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What a resumed run keeps of finished trials.</summary>
    private static long Keys(RunFolder folder)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var keys = folder.Trials.ReadJournal().Select(trial => trial.Key).ToHashSet();
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"(the keys of finished trials take {held / 1e6:0} MB)"));
        return keys.Count;
    }

    private static async Task<long> JournalAsync(RunFolder folder, int groups)
    {
        await using Journal<Trace> traces = folder.Traces.OpenJournal();
        await using Journal<Trial> trials = folder.Trials.OpenJournal();
        await Parallel.ForAsync(0, groups, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (group, _) =>
        {
            Trace trace = TraceOf(group);
            await traces.AppendAsync(trace);
            await Task.WhenAll(Enumerable.Range(0, Budgets).Select(budget => trials.AppendAsync(TrialOf(trace, budget))));
        });
        return groups * (Budgets + 1L);
    }

    private static Trace TraceOf(int group)
    {
        // Not the order of the keys: sorting has something to do.
        uint place = BitOperations.RotateLeft((uint)group * 2_654_435_761u, 7) % 10_000;
        (string task, string problem) = ($"task{group % 6}", FormattableString.Invariant($"test/{place}"));
        return new Trace
        {
            TraceId = FormattableString.Invariant($"20260101-000000-qwen3-8b/{task}/{problem}/{group}"),
            Task = task,
            ProblemId = problem,
            Run = group,
            TokenIds = [.. Enumerable.Range(0, TraceTokens).Select(i => (int)((uint)((group * 31) + i) * 2_654_435_761u % 150_000))],
            CuePositions = [],
            ClosedByModel = false,
            PromptTokens = 100,
        };
    }

    private static Trial TrialOf(Trace trace, int budget) => new()
    {
        Task = trace.Task,
        ProblemId = trace.ProblemId,
        Run = trace.Run,
        BudgetTokens = budget * 20,
        ThinkingTokens = budget * 20,
        AnswerTokens = 32,
        Status = TrialStatus.Ok,
        Correct = (trace.Run + budget) % 3 == 0,
        Answer = "42",
        Response = string.Create(ResponseCharacters, trace.Run + budget, (text, seed) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = (char)('a' + ((uint)(seed + i) * 2_654_435_761u >> 27));
        }),
        Gold = "42",
        TraceId = trace.TraceId,
        Cues = 0,
        ClosedByModel = false,
        Semantics = BudgetSemantics.Exact,
        PromptFormat = PromptFormat.TokenIds,
        CountSource = CountSource.Ids,
    };

    private static async Task StepAsync(string name, Func<Task<long>> step)
    {
        long start = Stopwatch.GetTimestamp();
        long rows = await step();
        Show(name, rows, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void Show(string name, long rows, double seconds)
    {
        using Process self = Process.GetCurrentProcess();
        double rate = seconds > 0 ? rows / seconds : 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-24} {rows,10:N0} {seconds,6:0.0} {rate,9:N0} {self.WorkingSet64 / 1e6,9:0} "
                + $"{self.PeakWorkingSet64 / 1e6,9:0}"));
    }
}
