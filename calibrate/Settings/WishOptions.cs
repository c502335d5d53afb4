using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;

namespace Calibration.Calibrate.Settings;

/// <summary>What people ask for instead of α: a limit of time, or an accuracy. It decides α.</summary>
internal sealed class WishOptions
{
    private const double Percentile95 = 0.95;
    private const double Percentile99 = 0.99;
    private const int SearchQueries = 400_000;

    private readonly Option<double?> _meanTime = new("--max-mean-time")
    {
        Description = "Instead of α: the highest accuracy with a mean system time of at most this many seconds.",
        HelpName = "S",
    };

    private readonly Option<double?> _p95 = new("--max-p95")
    {
        Description = "Instead of α: the highest accuracy with 95 % of the system times at most this many seconds, by simulation.",
        HelpName = "S",
    };

    private readonly Option<double?> _p99 = new("--max-p99") { Description = "Like --max-p95, for 99 %.", HelpName = "S" };

    private readonly Option<double?> _accuracy = new("--min-accuracy")
    {
        Description = "Instead of α: the shortest mean system time with at least this mean accuracy.",
        HelpName = "P",
    };

    internal IEnumerable<Option<double?>> All() => [_meanTime, _p95, _p99, _accuracy];

    /// <summary>Whether one is given.</summary>
    /// <exception cref="UserFault">Several are given, one is out of range, or α is given too.</exception>
    internal bool IsGiven(ParseResult parsed, OperatingPointOptions point)
    {
        Option<double?>[] given = [.. All().Where(option => parsed.GetValue(option) is not null)];
        if (given.Length == 0)
            return false;
        if (given.Length > 1)
            throw new UserFault($"{string.Join(" and ", given.Select(option => option.Name))} exclude each other: give one.");
        if (parsed.GetResult(point.AccuracyWeight) is { Implicit: false })
            throw new UserFault($"{given[0].Name} decides α: leave --accuracy-weight out.");
        double value = parsed.GetValue(given[0])!.Value;
        if (!(value > 0) || (given[0] == _accuracy && value > 1))
            throw new UserFault(FormattableString.Invariant(
                $"{given[0].Name} is {value}: give a number above 0{(given[0] == _accuracy ? ", at most 1" : "")}."));
        return true;
    }

    /// <summary>The α that the wish decides, and what it gives, in words.</summary>
    /// <exception cref="UserFault">No allocation fulfils the wish.</exception>
    internal (double AccuracyWeightSeconds, string Found) Resolve(ParseResult parsed, Workload workload)
    {
        Option<double?> given = All().Single(option => parsed.GetValue(option) is not null);
        double value = parsed.GetValue(given)!.Value;
        double? share = given == _p95 ? Percentile95 : given == _p99 ? Percentile99 : null;
        var options = new SolverOptions(1e-6);
        WishedAllocation found = (share is { } percentile
            ? AllocationWishes.WithPercentile(workload, value, (at, budgets) => Simulated(at, budgets, percentile), options)
            : given == _meanTime
            ? AllocationWishes.WithMeanTime(workload, value, options)
            : AllocationWishes.WithAccuracy(workload, value, options))
            ?? throw new UserFault(FormattableString.Invariant($"No allocation has {given.Name} {value} at this arrival rate."));
        string jump = found.NextAccuracyWeightSeconds is { } next && next > found.AccuracyWeightSeconds * 1.001
            ? string.Create(CultureInfo.InvariantCulture, $" The frontier jumps at α = {next:G6} s.")
            : "";
        string simulated = share is { } at && Simulated(workload, found.Allocation.Budgets, at) is var measured
            ? string.Create(
                CultureInfo.InvariantCulture,
                $" {100 * at:0} % of the simulated system times are below {measured.Mean:0.000} s [{measured.Low:0.000}, "
                    + $"{measured.High:0.000}].")
            : "";
        string weight = found.NextAccuracyWeightSeconds is null && given != _accuracy
            ? "limits nothing: it holds at the most accurate budgets, too, so"
            : "gives";
        return (found.AccuracyWeightSeconds, string.Create(
            CultureInfo.InvariantCulture, $"{given.Name} {value} {weight} α = {found.AccuracyWeightSeconds:G6} s.{simulated}{jump}"));
    }

    private static SimulatedMean Simulated(Workload workload, ImmutableArray<double> budgets, double share) =>
        QueuePercentile.Of(workload, budgets.AsSpan(), share, SearchQueries);
}
