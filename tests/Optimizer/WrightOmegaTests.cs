using System.Globalization;
using System.Text.RegularExpressions;
using Calibration.Optimizer.Solving;
using Xunit;

namespace Calibration.Tests.Optimizer;

public sealed partial class WrightOmegaTests
{
    [Fact]
    public void At_ReferenceValues_IsWithinFourUnitsInTheLastPlace()
    {
        int seen = 0;
        foreach (Match match in Value().Matches(File.ReadAllText(Repository.Shared("reference/reference_values.md"))))
        {
            Near(
                double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
                double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
            seen++;
        }

        Assert.Equal(20, seen);
    }

    [Fact]
    public void At_Crossovers_IsWithinFourUnitsInTheLastPlace()
    {
        Near(Math.BitIncrement(-50), 1.9287498479639314876e-22);
        Near(Math.BitDecrement(-50), 1.9287498479639040784e-22);
        Near(Math.BitDecrement(1e20), 99999999999999983569.948);
        Near(Math.BitIncrement(1e20), 100000000000000016337.948);
        Assert.Equal(double.PositiveInfinity, WrightOmega.At(double.PositiveInfinity));
        Assert.Equal(0, WrightOmega.At(double.NegativeInfinity));
        Assert.True(double.IsNaN(WrightOmega.At(double.NaN)));
        Assert.Equal(1, WrightOmega.At(1));
    }

    [Fact]
    public void At_AnyArgument_SolvesItsEquationWithoutJumps()
    {
        double last = 0;
        for (double x = -60; x < 60; x += 0.0137)
        {
            double omega = WrightOmega.At(x), argument = Math.Exp(x);
            Assert.True(omega > last);
            last = omega;
            double residual = x > 1 ? x - omega - Math.Log(omega) : Math.Log(argument / omega) - omega;
            Assert.InRange(Math.Abs(residual) / (1 + omega), 0, 8e-16);
        }
    }

    private static void Near(double x, double expected)
    {
        double actual = WrightOmega.At(x);
        double units = Math.Abs(actual - expected) / (Math.BitIncrement(expected) - expected);
        Assert.True(units <= 4, string.Create(CultureInfo.InvariantCulture, $"ω({x:R}) = {actual:R}, {units} units from {expected:R}"));
    }

    [GeneratedRegex(@"^- omega\(([^)]*)\) = (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Value();
}
