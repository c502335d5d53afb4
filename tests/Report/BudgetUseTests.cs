using Calibration.Analysis;
using Xunit;

namespace Calibration.Tests.Report;

/// <summary>
/// Tokens used under a cap that was not measured: between what was used at the caps beside it, and never more than the cap.
/// </summary>
public sealed class BudgetUseTests
{
    private static readonly BudgetUse[] Measured = [new(16, 15), new(64, 40), new(256, 58)];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 7.5)]
    [InlineData(16, 15)]
    [InlineData(40, 27.5)]
    [InlineData(64, 40)]
    [InlineData(160, 49)]
    [InlineData(256, 58)]
    [InlineData(346.5, 58)]
    public void MeanAt_Budget_IsOnTheLineBetweenTheMeasured(double budget, double expected)
    {
        double mean = BudgetUse.MeanAt(Measured, budget);
        Assert.Equal(expected, mean, 12);
        Assert.True(mean <= budget);
    }
}
