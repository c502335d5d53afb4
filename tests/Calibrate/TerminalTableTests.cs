using Calibration.Calibrate.Output;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Tables in a terminal fit its width, and lose no cell.</summary>
public sealed class TerminalTableTests
{
    private static readonly string[][] Rows =
    [
        ["Task", "first column", "second", "third column"],
        ["gsm8k", "0.75 [0.70, 0.79]", "0.0034", "349.0"],
        ["bbh", "0.73 [0.68, 0.77]", "0.0016", "337.4"],
    ];

    [Theory]
    [InlineData(200, 1)]
    [InlineData(40, 2)]
    [InlineData(26, 3)]
    public void Of_Width_BreaksIntoBlocksThatFit(int width, int blocks)
    {
        string text = TerminalTable.Of(Rows, width);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width, line));
        Assert.Equal(blocks, text.Split("Task").Length - 1);
        Assert.All(Rows.SelectMany(row => row), cell => Assert.Contains(cell, text, StringComparison.Ordinal));
    }
}
