using System.Collections.Immutable;
using System.Globalization;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Turns the settings of a run into a plan with its problems, with every fault that can be known without the endpoint.</summary>
internal static class PlanBuilding
{
    /// <exception cref="UserFault">A setting is wrong; the message says which and what to do.</exception>
    /// <exception cref="DatasetException">A data file is missing or malformed.</exception>
    internal static ExperimentPlan Build(RunSettings settings)
    {
        var plan = new ExperimentPlan(settings.Plan, Tasks(settings));
        ImmutableArray<string> faults = plan.Faults();
        return faults.IsEmpty ? plan : throw new UserFault(string.Join(Environment.NewLine, faults));
    }

    /// <summary>
    /// Where the problems come from: a named folder; with a real endpoint the cache of pulled files; else the product's own
    /// samples. A real endpoint is never asked the samples silently: nobody must publish them as a benchmark.
    /// </summary>
    /// <exception cref="UserFault">A real endpoint would be asked, and no problems are there.</exception>
    internal static string DirectoryOf(RunSettings settings)
    {
        if (settings.Problems.Data is { } data)
            return data;
        if (settings.Problems.Samples || settings.Endpoint.Addresses.IsEmpty)
            return SampleProblems.Path;
        string cache = DataFolder.Cache().Directory;
        bool pulled = Directory.Exists(cache) && Directory.EnumerateFiles(cache, "*", SearchOption.AllDirectories).Any();
        return pulled || NamesOf(settings.Problems).IsEmpty
            ? cache
            : throw new UserFault(
                "With a real --endpoint the problems must be the benchmarks': pull them with calibrate datasets pull, name their folder "
                + "with --data DIR, or ask for the product's own with --samples.");
    }

    /// <summary>Whether a task is among those of the settings.</summary>
    internal static bool Measures(ProblemSettings problems, string task) =>
        NamesOf(problems).Contains(task, StringComparer.OrdinalIgnoreCase) || problems.OwnTasks.Any(own => own.Task == task);

    private static ImmutableArray<string> NamesOf(ProblemSettings problems) =>
        problems.Datasets ?? (problems.OwnTasks.IsEmpty ? [.. Benchmarks.All.Select(benchmark => benchmark.Task)] : []);

    private static ImmutableArray<TaskPlan> Tasks(RunSettings settings)
    {
        string seed = settings.Plan.Seed.ToString(CultureInfo.InvariantCulture);
        string directory = DirectoryOf(settings);
        Benchmark[] named = [.. NamesOf(settings.Problems).Select(Known)];
        ProblemYears? years = YearsOf(settings.Problems, named);
        var tasks = ImmutableArray.CreateBuilder<TaskPlan>();
        foreach ((Benchmark benchmark, LoadedBenchmark loaded) in named.Length == 0 ? [] : DataFolder.Load(named, directory))
        {
            ProblemYears? chosen = benchmark.IsDated ? years : null;
            string name = chosen is null ? benchmark.DisplayName : $"{benchmark.DisplayName} {chosen}";
            tasks.Add(PlanOf((benchmark.Task, name), chosen?.Of(loaded) ?? loaded, benchmark.LargestBudgetTokens));
        }

        foreach (TaskFileSetting own in settings.Problems.OwnTasks)
            tasks.Add(PlanOf((own.Task, own.Task), TaskFile.Load(own.Task, own.File), BudgetGrid.OwnTaskLargest));

        if (tasks.GroupBy(task => task.Task).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserFault($"The task {twice.Key} is named twice.");
        return AddedBudgets.AddTo(WithBudgets(tasks.ToImmutable(), settings.Budgets), settings);

        TaskPlan PlanOf((string Task, string DisplayName) name, LoadedBenchmark loaded, int largest)
        {
            ImmutableArray<Problem> drawn = ProblemSubset.Draw(loaded.Problems, settings.Problems.Items, seed);
            ImmutableArray<FileFacts> files = [.. loaded.Files.Select(file => new FileFacts(file.RelativePath, file.Sha256))];
            return new TaskPlan(new TaskFacts(name.Task, name.DisplayName, BudgetGrid.To(largest), drawn.Length, files), drawn);
        }
    }

    /// <summary>The years to choose; null where the run has no choice.</summary>
    private static ProblemYears? YearsOf(ProblemSettings problems, Benchmark[] named)
    {
        if (problems.Years is not { } text)
            return null;
        return named.Any(benchmark => benchmark.IsDated)
            ? ProblemYears.TryParse(text) ?? throw new UserFault($"The years \"{text}\" of this run's settings cannot be read.")
            : throw new UserFault(
                $"--years chooses problems of {string.Join(", ", Dated())}, "
                    + "which is not among the run's tasks: add it to --datasets, or leave --years out.");
    }

    private static IEnumerable<string> Dated() => Benchmarks.All.Where(known => known.IsDated).Select(known => known.Task);

    private static Benchmark Known(string name) => Benchmarks.Find(name) ?? throw new UserFault(
        $"--datasets has \"{name}\", which is none of {string.Join(", ", Benchmarks.All.Select(known => known.Task))}.");

    /// <summary>Budgets for one task stand before those for all.</summary>
    private static ImmutableArray<TaskPlan> WithBudgets(ImmutableArray<TaskPlan> tasks, ImmutableArray<BudgetSetting> settings)
    {
        AddedBudgets.ThrowIfUnknown(tasks, settings, "--budgets");
        return
        [
            .. from task in tasks
               let own = settings.LastOrDefault(setting => setting.Task == task.Task)
                   ?? settings.LastOrDefault(setting => setting.Task is null)
               select own is null ? task : task with { Facts = task.Facts with { Budgets = own.Budgets } },
        ];
    }
}
