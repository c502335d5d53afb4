using System.CommandLine;
using System.Globalization;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>The options of an operating point.</summary>
internal sealed class OperatingPointOptions
{
    private static readonly OperatingPoint Paper = new();

    internal Option<double> ArrivalRate { get; } = new("--arrival-rate")
    {
        Description = "Arrival rate λ: queries of all tasks per second.",
        HelpName = "RATE",
        DefaultValueFactory = _ => Paper.ArrivalRatePerS,
    };

    internal Option<double> AccuracyWeight { get; } = new("--accuracy-weight")
    {
        Description = "Weight α of accuracy in J, in seconds.",
        HelpName = "S",
        DefaultValueFactory = _ => Paper.AccuracyWeightS,
    };

    internal Option<int> MaxBudget { get; } = new("--max-budget")
    {
        Description = "Largest allowed budget ℓ_max in thinking tokens.",
        HelpName = "TOKENS",
        DefaultValueFactory = _ => Paper.MaxBudgetTokens,
    };

    internal Option<string?> Mix { get; } = new("--mix")
    {
        Description = "Shares of the tasks, such as gsm8k=0.5,bbh=0.5. Default: equal shares.",
        HelpName = "SHARES",
    };

    internal IEnumerable<Option> All() => [ArrivalRate, AccuracyWeight, MaxBudget, Mix];

    /// <exception cref="UserFault">An option is out of range.</exception>
    internal OperatingPoint Read(ParseResult parsed) => Read(parsed, Paper);

    /// <param name="parsed">The command line.</param>
    /// <param name="otherwise">What is taken where no option is given.</param>
    /// <exception cref="UserFault">A value is out of range.</exception>
    internal OperatingPoint Read(ParseResult parsed, OperatingPoint otherwise)
    {
        double rate = parsed.ValueOr(ArrivalRate, otherwise.ArrivalRatePerS);
        double weight = parsed.ValueOr(AccuracyWeight, otherwise.AccuracyWeightS);
        int largest = parsed.ValueOr(MaxBudget, otherwise.MaxBudgetTokens);
        Require("{ArrivalRate}", rate, (1e-12, 1e9), "queries per second");
        Require("{AccuracyWeight}", weight, (1e-9, 1e12), "seconds");
        if (largest < 0)
            throw new UserFault($"{{MaxBudget}} is {largest}: it must be 0 or more.");
        double[] shares = [.. otherwise.Shares.Values];
        if (shares.Length > 0 && (Math.Abs(shares.Sum() - 1) > 1e-6 || shares.Any(share => share <= 0)))
            throw new UserFault("{Mix}: the shares must be above 0 and sum to 1.");
        return new OperatingPoint
        {
            ArrivalRatePerS = rate,
            AccuracyWeightS = weight,
            MaxBudgetTokens = largest,
            Shares = parsed.GetValue(Mix) is { } mix ? OptionText.Shares(mix) : otherwise.Shares,
        };
    }

    /// <summary>A value beyond the range is a typing mistake, and the arithmetic does not hold there.</summary>
    private static void Require(string option, double value, (double Least, double Most) range, string unit)
    {
        if (!(value >= range.Least && value <= range.Most))
        {
            throw new UserFault(string.Create(
                CultureInfo.InvariantCulture,
                $"{option} is {value}: it must be above 0, from {range.Least:G} to {range.Most:0E+0} {unit}."));
        }
    }
}
