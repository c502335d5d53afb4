using System.Collections.Immutable;
using System.Globalization;

namespace Calibration.Report.Drawing;

/// <summary>One label of an axis.</summary>
/// <param name="Value">Value in the unit of the data.</param>
/// <param name="Text">How it is written.</param>
internal sealed record TickLabel(double Value, string Text);

/// <summary>One axis: from data to the coordinate that is plotted, with its ends and ticks.</summary>
internal sealed record Scale
{
    private readonly double _offset;

    private Scale(bool isLog, double offset, ImmutableArray<TickLabel> ticks) => (IsLog, _offset, Ticks) = (isLog, offset, ticks);

    /// <summary>Whether equal distances are equal ratios.</summary>
    internal bool IsLog { get; }

    /// <summary>The ticks that may be shown, in rising order; the first and the last are always shown.</summary>
    internal ImmutableArray<TickLabel> Ticks { get; }

    /// <summary>Lower end, in coordinates.</summary>
    internal double Low { get; init; }

    /// <summary>Upper end, in coordinates.</summary>
    internal double High { get; init; }

    /// <summary>The coordinate of a value.</summary>
    internal double At(double value) => IsLog ? Math.Log2(value + _offset) : value;

    /// <summary>Budgets on log(1 + ℓ), up to the largest, with powers of 4 as ticks.</summary>
    internal static Scale Budgets(double largest)
    {
        double end = Math.Max(1, largest);
        IEnumerable<double> powers = Enumerable.Range(0, 12).Select(i => Math.Pow(4, i)).Where(value => value < end);
        return Of(isLog: true, 1, [0, .. powers, end], 0.03);
    }

    /// <summary>Budgets on a linear axis.</summary>
    internal static Scale LinearBudgets(double largest) => Linear(0, Math.Max(1, largest)).Padded(0.02);

    /// <summary>Accuracy from 0 to 1.</summary>
    internal static Scale Accuracy() => Of(isLog: false, 0, [0, 0.2, 0.4, 0.6, 0.8, 1], 0.025);

    /// <summary>Optimal budgets, whose largest is no measured one: up to the next of 1, 2 and 5 times a power of 10.</summary>
    internal static Scale OptimalBudgets(double largest)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, largest))));
        return Budgets(((double[])[1, 2, 5, 10]).Select(digit => digit * power).First(end => end >= largest * (1 - 1e-9)));
    }

    /// <summary>A linear axis whose ticks reach to both ends of the data.</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value.</param>
    /// <param name="parts">About how many distances between ticks there shall be.</param>
    internal static Scale Linear(double low, double high, int parts = 5)
    {
        if (!(high > low))
            (low, high) = (low - Math.Max(0.5, Math.Abs(low) * 0.1), low + Math.Max(0.5, Math.Abs(low) * 0.1));
        double step = Step((high - low) / parts);
        double first = Math.Floor((low / step) + 1e-9), last = Math.Ceiling((high / step) - 1e-9);
        IEnumerable<double> values = Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 12));
        return Of(isLog: false, 0, values, 0);
    }

    /// <summary>A logarithmic axis of positive values, with 1, 2 and 5 times the powers of 10 as ticks.</summary>
    internal static Scale Logarithmic(double low, double high)
    {
        double from = Math.Floor(Math.Log10(low) + 1e-9), to = Math.Ceiling(Math.Log10(Math.Max(high, low * 1.01)) - 1e-9);
        double[] steps = [.. Enumerable.Range((int)from, (int)(to - from) + 1)
            .SelectMany(power => (double[])[1, 2, 5], (power, digit) => digit * Math.Pow(10, power))];
        double first = steps.Last(value => value <= low * (1 + 1e-9)), last = steps.FirstOrDefault(
            value => value >= high * (1 - 1e-9), steps[^1]);
        bool isLong = last / first > 200;
        IEnumerable<double> shown = steps.Where((value, i) => value >= first && value <= last
            && (!isLong || i % 3 == 0 || value == first || value == last));
        return Of(isLog: true, 0, shown, 0.02);
    }

    /// <summary>Moments, in days since the first, with a tick at each; the time of day where all are of one day.</summary>
    internal static Scale Dates(IReadOnlyList<DateTime> moments)
    {
        DateTime first = moments.Min(), last = moments.Max();
        string format = first.Date == last.Date ? "HH:mm" : "yyyy-MM-dd";
        double length = Math.Max((last - first).TotalDays, 1e-6);
        return new Scale(
            isLog: false,
            0,
            [
                .. moments.Order().Select(moment => new TickLabel(
                    (moment - first).TotalDays, moment.ToString(format, CultureInfo.InvariantCulture))),
            ])
        {
            Low = -0.08 * length,
            High = 1.08 * length,
        };
    }

    /// <summary>Places with names, in equal distances.</summary>
    internal static Scale Named(IReadOnlyList<string> names) =>
        new(isLog: false, 0, [.. names.Select((name, i) => new TickLabel(i, name))]) { Low = -0.6, High = names.Count - 0.4 };

    /// <summary>Wider at both ends by a share of its length.</summary>
    internal Scale Padded(double share) => this with { Low = Low - (share * (High - Low)), High = High + (share * (High - Low)) };

    /// <summary>How a number is written on an axis: thousands by a comma, a minus sign, no exponent.</summary>
    internal static string Written(double value)
    {
        double size = Math.Abs(value);
        string text = size == 0 ? "0" : size.ToString(size >= 1_000 ? "#,0.##" : "0.########", CultureInfo.InvariantCulture);
        return value < 0 ? "−" + text : text;
    }

    private static Scale Of(bool isLog, double offset, IEnumerable<double> values, double margin)
    {
        ImmutableArray<TickLabel> ticks = [.. values.Distinct().Order().Select(value => new TickLabel(value, Written(value)))];
        var scale = new Scale(isLog, offset, ticks);
        return (scale with { Low = scale.At(ticks[0].Value), High = scale.At(ticks[^1].Value) }).Padded(margin);
    }

    private static double Step(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 2.5 ? 2.5 : digit <= 5 ? 5 : 10);
    }
}
