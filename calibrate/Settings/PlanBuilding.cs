using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Turns the options of measuring into a plan, with every fault that can be known without the endpoint.</summary>
internal static class PlanBuilding
{
    /// <exception cref="UserFault">An option is wrong; the message says which and what to do.</exception>
    /// <exception cref="DatasetException">A data file is missing or malformed.</exception>
    internal static ExperimentPlan Build(RunOptions options, ParseResult parsed)
    {
        int seed = parsed.GetValue(options.Seed);
        var plan = new ExperimentPlan
        {
            Tasks = Tasks(options, parsed, seed),
            Runs = parsed.GetValue(options.Runs),
            Semantics = SemanticsOf(parsed.GetValue(options.Semantics)!),
            Sampling = new SamplingSettings(parsed.GetValue(options.Temperature), parsed.GetValue(options.TopP), parsed.GetValue(options.TopK), parsed.GetValue(options.MinP)),
            Seed = seed,
            Shard = ShardOf(parsed.GetValue(options.Shard)),
            Concurrency = parsed.GetValue(options.Concurrency),
            LatencyItems = parsed.GetValue(options.LatencyItems),
            Independent = parsed.GetValue(options.Independent),
        };
        if (plan.Semantics == BudgetSemantics.Exact && options.RoadOf(parsed) == Road.Text)
            throw new UserFault("--road text cannot hold a budget exactly, because text cannot be continued to a number of tokens: give --semantics cap.");
        ImmutableArray<string> faults = plan.Faults();
        return faults.IsEmpty ? plan : throw new UserFault(string.Join(Environment.NewLine, faults));
    }

    /// <summary>
    /// Where the problems come from: a named folder; with a real endpoint the cache of pulled files; else the product's own
    /// samples. A real endpoint is never asked the samples silently: nobody must publish them as a benchmark.
    /// </summary>
    /// <exception cref="UserFault">A real endpoint would be asked, and no problems are there.</exception>
    internal static string DirectoryOf(RunOptions options, ParseResult parsed)
    {
        bool samples = parsed.GetValue(options.Samples);
        if (parsed.GetValue(options.Data) is { } data)
            return samples ? throw new UserFault("--samples and --data exclude each other: name one.") : data;
        if (samples || parsed.GetValue(options.Endpoint) is null or [])
            return SampleProblems.Path;
        string cache = DataFolder.Cache().Directory;
        bool pulled = Directory.Exists(cache) && Directory.EnumerateFiles(cache, "*", SearchOption.AllDirectories).Any();
        return pulled || NamesOf(options, parsed).Length == 0
            ? cache
            : throw new UserFault("With a real --endpoint the problems must be the benchmarks': pull them with calibrate datasets pull, name their folder with --data DIR, or ask for the product's own with --samples.");
    }

    private static string[] NamesOf(RunOptions options, ParseResult parsed)
    {
        string? text = parsed.GetValue(options.Datasets);
        if (text is null)
            return parsed.GetValue(options.Task) is { Length: > 0 } ? [] : [.. Benchmarks.All.Select(benchmark => benchmark.Task)];
        return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static ImmutableArray<TaskPlan> Tasks(RunOptions options, ParseResult parsed, int seed)
    {
        int items = parsed.GetValue(options.Items);
        if (items < 1)
            throw new UserFault($"--items is {items}: at least 1 is needed.");
        string directory = DirectoryOf(options, parsed);
        var tasks = ImmutableArray.CreateBuilder<TaskPlan>();
        Benchmark[] named = [.. NamesOf(options, parsed).Select(name => Benchmarks.Find(name)
            ?? throw new UserFault($"--datasets has \"{name}\", which is none of {string.Join(", ", Benchmarks.All.Select(known => known.Task))}."))];
        foreach ((Benchmark benchmark, LoadedBenchmark loaded) in named.Length == 0 ? [] : DataFolder.Load(named, directory))
            tasks.Add(PlanOf(benchmark.Task, benchmark.DisplayName, loaded));

        foreach (string own in parsed.GetValue(options.Task) ?? [])
        {
            if (own.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } file] || RunOptions.Slug(name) != name)
                throw new UserFault($"--task has \"{own}\": give it as NAME=FILE.jsonl with a name of small letters, digits and dashes.");
            tasks.Add(PlanOf(name, name, TaskFile.Load(name, file)));
        }

        if (tasks.GroupBy(task => task.Task).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserFault($"The task {twice.Key} is named twice.");
        ImmutableArray<TaskPlan> begun = WithBudgets(tasks.ToImmutable(), parsed.GetValue(options.Budgets) ?? []);
        return parsed.GetValue(options.AddBudgets) is { Length: > 0 } added
            ? AddedBudgets.AddTo(begun, added, ownTraces: parsed.GetValue(options.Independent) || options.RoadOf(parsed) == Road.Text)
            : begun;

        TaskPlan PlanOf(string task, string displayName, LoadedBenchmark loaded)
        {
            ImmutableArray<Problem> drawn = ProblemSubset.Draw(loaded.Problems, items, seed.ToString(CultureInfo.InvariantCulture));
            var facts = new TaskFacts(task, displayName, BudgetGrid.DefaultFor(task), drawn.Length, [.. loaded.Files.Select(file => new FileFacts(file.RelativePath, file.Sha256))]);
            return new TaskPlan(facts, drawn);
        }
    }

    private static ImmutableArray<TaskPlan> WithBudgets(ImmutableArray<TaskPlan> tasks, string[] settings)
    {
        foreach (string setting in settings.OrderBy(text => text.Contains('=', StringComparison.Ordinal)))
        {
            string[] pair = setting.Split('=', 2);
            ImmutableArray<int> budgets = OptionText.Budgets(pair[^1]);
            if (pair.Length == 2 && !tasks.Any(task => task.Task == pair[0]))
                throw new UserFault($"--budgets names {pair[0]}, which is not measured; the tasks are {string.Join(", ", tasks.Select(task => task.Task))}.");
            tasks = [.. tasks.Select(task => pair.Length == 1 || task.Task == pair[0] ? task with { Facts = task.Facts with { Budgets = budgets } } : task)];
        }

        return tasks;
    }

    private static Shard ShardOf(string? text)
    {
        if (text is null)
            return Shard.Whole;
        return text.Split('/') is [string first, string second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && index >= 1 && index <= count
            ? new Shard(index, count)
            : throw new UserFault($"--shard is \"{text}\": give it as I/N with I from 1 to N, such as 2/8.");
    }

    private static BudgetSemantics SemanticsOf(string text) => text switch
    {
        "exact" => BudgetSemantics.Exact,
        "cap" => BudgetSemantics.Cap,
        _ => throw new UserFault($"--semantics is \"{text}\": it is exact or cap."),
    };
}
