using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;

namespace Calibration.Calibrate.Settings;

/// <summary>Where on the trade-off the allocation is wanted; the paper's point by default.</summary>
/// <param name="ArrivalRatePerSecond">λ.</param>
/// <param name="AccuracyWeightSeconds">α.</param>
/// <param name="MaxBudgetTokens">ℓ_max.</param>
/// <param name="Mix">Shares of the tasks; empty for a uniform mixture.</param>
/// <param name="Seed">Seed of the simulated queues.</param>
internal sealed record OperatingPoint(
    double ArrivalRatePerSecond, double AccuracyWeightSeconds, double MaxBudgetTokens, ImmutableSortedDictionary<string, double> Mix, int Seed);

/// <summary>The options of an operating point.</summary>
internal sealed class OperatingPointOptions
{
    internal Option<double> ArrivalRate { get; } = new("--arrival-rate") { Description = "Arrival rate λ of all queries, per second; the paper's 0.1.", DefaultValueFactory = _ => 0.1 };

    internal Option<double> AccuracyWeight { get; } = new("--accuracy-weight") { Description = "Weight α of accuracy in J, in seconds; the paper's 30.", DefaultValueFactory = _ => 30 };

    internal Option<int> MaxBudget { get; } = new("--max-budget") { Description = "Largest allowed budget ℓ_max in tokens; the paper's 32768.", DefaultValueFactory = _ => 32_768 };

    internal Option<string?> Mix { get; } = new("--mix") { Description = "Shares of the tasks, such as gsm8k=0.5,bbh=0.5; uniform by default.", HelpName = "SHARES" };

    internal IEnumerable<Option> All() => [ArrivalRate, AccuracyWeight, MaxBudget, Mix];

    /// <exception cref="UserFault">An option is out of range.</exception>
    internal OperatingPoint Read(ParseResult parsed, int seed)
    {
        double rate = parsed.GetValue(ArrivalRate), weight = parsed.GetValue(AccuracyWeight);
        int largest = parsed.GetValue(MaxBudget);
        Require("--arrival-rate", rate, 1e-12, 1e9, "queries per second");
        Require("--accuracy-weight", weight, 1e-9, 1e12, "seconds");
        if (largest < 0)
            throw new UserFault($"--max-budget is {largest}: it must be 0 or more.");
        return new OperatingPoint(rate, weight, largest, parsed.GetValue(Mix) is { } mix ? OptionText.Mix(mix) : ImmutableSortedDictionary<string, double>.Empty, seed);
    }

    /// <summary>What lies beyond the range is a mistake of typing, and leaves the range of the arithmetic.</summary>
    private static void Require(string option, double value, double least, double most, string unit)
    {
        if (!(value >= least && value <= most))
            throw new UserFault(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: it must be above 0, from {least} to {most} {unit}."));
    }
}
