using System.Collections.Immutable;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Reads lists that stand in one option.</summary>
internal static class OptionText
{
    /// <summary><c>0,64</c> or <c>gsm8k=0,64</c>, one setting each.</summary>
    internal static ImmutableArray<BudgetSetting> BudgetSettings(IEnumerable<string> texts, string option) =>
    [
        .. from text in texts
           let parts = text.Split('=', 2)
           select new BudgetSetting(parts.Length == 2 ? parts[0] : null, Budgets(parts[^1], option)),
    ];

    /// <summary><c>gsm8k=hill</c>, one setting each.</summary>
    internal static ImmutableSortedDictionary<string, ShapeKind> Shapes(IEnumerable<string> texts)
    {
        var shapes = ImmutableSortedDictionary.CreateBuilder<string, ShapeKind>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } task, var name] || !Enum.TryParse(name, ignoreCase: true, out ShapeKind kind)
                || int.TryParse(name, out _))
            {
                throw new UserFault(
                    $"{{Shape}} has \"{text}\": give it as TASK=SHAPE, where SHAPE is exponential, hill, interpolated or points.");
            }

            shapes[task] = kind;
        }

        return shapes.ToImmutable();
    }

    /// <summary><c>gsm8k=341,bbh=346</c> as budgets by task.</summary>
    internal static ImmutableSortedDictionary<string, double> At(string text) => Numbers(
        text, "--at", budget => budget >= 0, "give budgets in tokens that are 0 or more, such as gsm8k=341,bbh=346");

    /// <summary><c>gsm8k=0.5,bbh=0.5</c> as shares that sum to 1.</summary>
    internal static ImmutableSortedDictionary<string, double> Shares(string text)
    {
        ImmutableSortedDictionary<string, double> shares = Numbers(
            text, "--mix", share => share > 0, "give shares above 0 such as gsm8k=0.5,bbh=0.5");
        double sum = shares.Values.Sum();
        return Math.Abs(sum - 1) < 1e-6
            ? shares
            : throw new UserFault(string.Create(CultureInfo.InvariantCulture, $"--mix sums to {sum}: the shares must sum to 1."));
    }

    /// <summary>One finite number per task, each task once.</summary>
    private static ImmutableSortedDictionary<string, double> Numbers(string text, string option, Predicate<double> holds, string advice)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                || !double.IsFinite(number) || !holds(number))
                throw new UserFault($"{option} has \"{part}\": {advice}.");
            if (!numbers.TryAdd(pair[0], number))
                throw new UserFault($"{option} names {pair[0]} twice.");
        }

        return numbers.ToImmutable();
    }

    /// <summary><c>0,8,16</c> as ascending, distinct budgets.</summary>
    private static ImmutableArray<int> Budgets(string text, string option) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Budget(part, text, option)).Distinct().Order()];

    private static int Budget(string part, string text, string option) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int budget)
            ? budget
            : throw new UserFault(
                $"{option} has \"{part}\" in \"{text}\": give whole numbers of tokens that are 0 or more, such as 0,64,256.");
}
