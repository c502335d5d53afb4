namespace Calibration.Calibrate.Display;

/// <summary>
/// Shows a measurement while it runs: in a terminal a display that is drawn anew, elsewhere a line per minute. What happens is also
/// recorded in the run folder.
/// </summary>
internal sealed class ProgressDisplay
{
    private readonly MeasuringState _state;
    private readonly TextWriter _log;
    private readonly TimeProvider _clock;
    private volatile bool _isLive;

    internal ProgressDisplay(MeasuringState state, TextWriter log, TimeProvider clock)
    {
        (_state, _log, _clock) = (state, log, clock);
        state.Progressed += now => WriteLine(ProgressLines.Of(now));
        state.Noticed += WriteLine;
    }

    /// <summary>From now on what happens is recorded in this file too.</summary>
    internal EventLog Record(string path)
    {
        var events = new EventLog(path, _clock);
        _state.Progressed += events.Progressed;
        _state.Noticed += events.Noticed;
        return events;
    }

    /// <summary>Shows the measuring until it ends; a display that fails is given up, and measuring goes on.</summary>
    internal async Task<T> ShowAsync<T>(Task<T> measuring)
    {
        if (_log is StandardError shared && shared.Terminal() is { } console)
        {
            _isLive = true;
            try
            {
                using IDisposable sharing = shared.Share(console);
                await new TerminalDisplay(console, _state, _clock).ShowAsync(measuring);
            }
            catch (Exception fault) when (fault is IOException or InvalidOperationException or ArgumentException)
            {
                await _log.WriteLineAsync($"The display failed ({fault.Message.TrimEnd('.')}); a line per minute follows.");
            }

            _isLive = false;
        }

        return await measuring;
    }

    private void WriteLine(string line)
    {
        if (_isLive)
            return;
        lock (_log)
            _log.WriteLine(line);
    }
}
