using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Datasets.Pulling;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Where the benchmarks' files are: the folder of --data, or the cache that <c>datasets pull</c> fills.</summary>
internal static class DataFolder
{
    /// <summary>Where pulled files are kept (HF_HOME, XDG_CACHE_HOME).</summary>
    internal static PullOptions Cache() => PullOptions.FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>The folder that a run was measured from: its own --data, its samples, or the cache.</summary>
    internal static string Of(RunManifest manifest)
    {
        if (manifest.Settings.Problems.Data is { } own)
        {
            return Directory.Exists(own)
                ? own
                : throw new UserFault($"The run's data folder '{own}' does not exist here; name it with --data DIR.");
        }

        return manifest.Samples ? SampleProblems.Path : Cache().Directory;
    }

    /// <summary>The command that fetches a benchmark, and what it needs first.</summary>
    internal static string PullOf(Benchmark benchmark) => $"'calibrate datasets pull {benchmark.Task}'{DatasetPull.ConditionOf(benchmark)}";

    /// <summary>Loads the benchmarks, or says in one sentence which are absent and what to do.</summary>
    /// <exception cref="UserFault">Some are absent.</exception>
    /// <exception cref="DatasetException">A file is malformed.</exception>
    internal static ImmutableArray<(Benchmark Benchmark, LoadedBenchmark Loaded)> Load(IEnumerable<Benchmark> benchmarks, string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new UserFault(
                $"The data folder '{directory}' does not exist: name an existing one with --data DIR, fill it with "
                + $"'calibrate datasets pull --data {directory}', or leave --data out to use the files of 'calibrate datasets pull'.");
        }

        var loaded = ImmutableArray.CreateBuilder<(Benchmark, LoadedBenchmark)>();
        var absent = new List<Benchmark>();
        foreach (Benchmark benchmark in benchmarks)
        {
            try
            {
                loaded.Add((benchmark, benchmark.Load(directory)));
            }
            catch (DatasetException fault) when (fault.IsAbsent)
            {
                absent.Add(benchmark);
            }
        }

        if (absent.Count == 0)
            return loaded.ToImmutable();
        string names = string.Join(", ", absent.Select(benchmark => benchmark.DisplayName));
        string pulls = string.Join(", ", absent.Select(PullOf));
        string others = loaded.Count == 0
            ? ""
            : $", or measure the others with --datasets {string.Join(',', loaded.Select(pair => pair.Item1.Task))}";
        throw new UserFault($"{directory} has no files of {names}: run {pulls}{others}.");
    }
}
