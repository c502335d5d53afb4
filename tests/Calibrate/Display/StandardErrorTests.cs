using Calibration.Calibrate.Display;
using Spectre.Console;
using Xunit;

namespace Calibration.Tests.Calibrate.Display;

/// <summary>A line that is written while a display draws stands above the display, which is drawn again below it.</summary>
public sealed class StandardErrorTests
{
    [Fact]
    public async Task WriteLine_WhileADisplayDraws_StandsAboveIt()
    {
        var plain = new StringWriter();
        var drawn = new StringWriter();
        await using var error = new StandardError(plain);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(drawn),
        });
        await console.Live(new Text("frame")).StartAsync(live =>
        {
            using IDisposable sharing = error.Share(console);
            live.Refresh();
            int before = drawn.ToString().Length;
            error.WriteLine("Stopping.");
            string after = drawn.ToString()[before..];
            Assert.True(after.IndexOf("Stopping.", StringComparison.Ordinal) < after.IndexOf("frame", StringComparison.Ordinal), after);
            return Task.CompletedTask;
        });
        Assert.Empty(plain.ToString());
        await error.WriteLineAsync("It has ended.");
        Assert.Equal("It has ended." + Environment.NewLine, plain.ToString());
    }
}
