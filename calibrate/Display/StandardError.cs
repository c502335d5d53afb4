using System.Text;
using Spectre.Console;

namespace Calibration.Calibrate.Display;

/// <summary>
/// Standard error, which a live display shares: while it draws, a line is written above it and the display is drawn again below. Written
/// past the display, a line would move the cursor from where the next frame begins.
/// </summary>
internal sealed class StandardError(TextWriter inner) : TextWriter
{
    private volatile IAnsiConsole? _live;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>A terminal that can move the cursor; null where standard error is a file or a pipe.</summary>
    internal IAnsiConsole? Terminal()
    {
        if (Console.IsErrorRedirected)
            return null;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(inner) });
        return console.Profile.Capabilities is { Ansi: true, Interactive: true } ? console : null;
    }

    /// <summary>From now on, until disposed, lines go through the console on which a display draws.</summary>
    internal IDisposable Share(IAnsiConsole console)
    {
        _live = console;
        return new Sharing(this);
    }

    public override void Write(char value) => inner.Write(value);

    public override void Write(string? value) => inner.Write(value);

    public override void WriteLine(string? value)
    {
        if (_live is { } console)
            console.Write(new Text((value ?? "") + Environment.NewLine));
        else
            inner.WriteLine(value);
    }

    public override void Flush() => inner.Flush();

    private sealed class Sharing(StandardError shared) : IDisposable
    {
        public void Dispose() => shared._live = null;
    }
}
