using System.Collections.Immutable;
using System.Text;
using Calibration.Analysis;
using Calibration.Datasets.Loading;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>A workload as JSON or CSV, so that the optimizer is useful without having measured anything.</summary>
internal static class WorkloadFile
{
    /// <summary>What lies beyond these is a mistake of units or of typing, and leaves the range of the arithmetic.</summary>
    private const double Smallest = 1e-12;
    private const double LargestRate = 1e6;
    private const double LongestSeconds = 1e9;

    private const string Header = "task,A,b,D,t0_s,c_s_per_token";

    /// <summary>The same columns as in a run's table1.csv, and as in the paper's Table I.</summary>
    private const string TableHeader = "task,A,b_per_token,D,t0_s,c_s_per_token";
    private const string PaperHeader = "dataset,A,b,D,t0_s,c_s_per_token";

    /// <summary>Reads a workload: JSON with its own operating point, or CSV at <paramref name="point"/>.</summary>
    /// <exception cref="UserFault">The file is missing or malformed; the message names file, place and field.</exception>
    internal static Workload Read(string file, OperatingPoint point)
    {
        if (!file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return ReadCsv(file, point);
        return ReadJson(file, text => WorkloadJson.Read(text, file));
    }

    /// <summary>Reads a server from its JSON file.</summary>
    /// <exception cref="UserFault">The file is missing or malformed.</exception>
    internal static Server ReadServer(string file) => ReadJson(file, text => WorkloadJson.ReadServer(text, file));

    private static T ReadJson<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(Encoding.UTF8.GetString(Utf8Text.Read(file)));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserFault($"{file} does not exist.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or WorkloadFormatException)
        {
            throw new UserFault(fault is WorkloadFormatException ? fault.Message : $"{file} cannot be read: {fault.Message}");
        }
    }

    /// <summary>
    /// Reads <c>task,probability,A,b,D,t0_s,c_s_per_token[,sigma_s][,max_budget_tokens]</c>; without a probability the mixture is
    /// uniform.
    /// </summary>
    /// <exception cref="UserFault">The file is missing or malformed; the message names file, row and field.</exception>
    private static Workload ReadCsv(string file, OperatingPoint point)
    {
        List<CsvRow> rows = CsvRow.Read(file, Header, TableHeader, PaperHeader);
        ImmutableArray<TaskModel> tasks = [.. rows.Select(row => TaskOf(row, rows.Count, point.MaxBudgetTokens))];
        if (tasks.GroupBy(task => task.Task).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserFault($"{file} names the task {twice.Key} twice.");
        double sum = tasks.Sum(task => task.Probability);
        return Math.Abs(sum - 1) < 1e-6
            ? new Workload(point.ArrivalRatePerS, point.AccuracyWeightS, tasks)
            : throw new UserFault(FormattableString.Invariant($"{file}: the probabilities sum to {sum}; they must sum to 1."));
    }

    private static TaskModel TaskOf(CsvRow row, int count, double maxBudget)
    {
        double gain = row.Real("A", 0, 1), floor = row.Real("D", 0, 1);
        double rate = row.Real(row.Has("b") ? "b" : "b_per_token", Smallest, LargestRate);
        if (gain + floor > 1 + 1e-9)
            throw row.Fault("A", $"and D sum to more than 1");
        double probability = row.IsGiven("probability") ? row.Real("probability", Smallest, 1) : 1.0 / count;
        double deviation = row.IsGiven("sigma_s") ? row.Real("sigma_s", 0, LongestSeconds) : 0;
        var line = new ServiceTimeLine(row.Real("t0_s", 0, LongestSeconds), row.Real("c_s_per_token", Smallest, LongestSeconds));
        double largest = row.IsGiven("max_budget_tokens") ? Math.Min(maxBudget, row.Real("max_budget_tokens", 0, int.MaxValue)) : maxBudget;
        string task = row.Text(row.Has("task") ? "task" : "dataset");
        return new TaskModel(task, probability, new ExponentialAccuracy(gain, rate, floor), line, largest)
        {
            ServiceVariance = deviation * deviation,
        };
    }
}
