using System.Globalization;
using Calibration.Tests.Optimizer;

namespace Calibration.Benchmarks;

/// <summary>
/// The formula of the mean system time against simulation, over random concave speeds of 1 to 64 slots and laws of service times, at loads
/// of 0.3 to 0.95 of φ(m). The error may be the tolerance of the load and two standard errors of the simulation.
/// </summary>
internal static class FormulaError
{
    private const int Replications = 20;

    /// <param name="args">
    /// Number of settings, 200 by default; then queries per setting, 4,000,000 by default; then threads, 1 by default.
    /// </param>
    public static int Run(string[] args)
    {
        int settings = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
        int queries = args.Length > 1 ? int.Parse(args[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 4_000_000;
        int threads = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
        var all = new List<(QueueSetting Setting, QueueSetting.Comparison At)>();
        for (int number = 0; number < settings; number++)
        {
            QueueSetting setting = QueueSetting.Draw(number);
            QueueSetting.Comparison at = setting.Simulate(queries / Replications, Replications, threads);
            all.Add((setting, at));
            if (!setting.IsWithin(at))
                Print($"setting {number} is outside: load {setting.Load}, {Describe(setting, at)}");
        }

        Print($"{settings} settings of {queries:N0} queries; formula less simulation, relative");
        foreach (var group in all.GroupBy(one => one.Setting.Load).OrderBy(group => group.Key))
        {
            (QueueSetting worst, QueueSetting.Comparison at) = group.MaxBy(one => Math.Abs(one.At.Error));
            double beyond = group.Max(one => Math.Abs(one.At.Error) - (2 * one.At.StandardError));
            int within = group.Count(one => one.Setting.IsWithin(one.At));
            Print(
                $"load {group.Key,4:0.00}: {within} of {group.Count()} within {worst.Tolerance:P1} + 2 se; largest: {Describe(worst, at)}");
            Print($"           largest beyond 2 se {beyond:P2}; mean of absolute errors {group.Average(one => Math.Abs(one.At.Error)):P2}");
        }

        return all.All(one => one.Setting.IsWithin(one.At)) ? 0 : 1;
    }

    private static string Describe(QueueSetting setting, QueueSetting.Comparison at) => string.Create(
        CultureInfo.InvariantCulture,
        $"{at.Error:P2} ± {at.StandardError:P2} ({setting.Workload.Server.Slots} slots, speed {setting.Workload.Server.FullSpeed:0.00}, "
            + $"{setting.Law})");

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
