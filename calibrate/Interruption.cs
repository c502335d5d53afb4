using System.Runtime.InteropServices;

namespace Calibration.Calibrate;

/// <summary>
/// Ctrl-C and SIGTERM: the first ends the command in order, abandoning what is in flight and flushing what is finished; a second one, or
/// <see cref="Grace"/> without an end, stops the process at once. Nothing finished is lost either way.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>Exit code of an interrupted command.</summary>
    internal const int ExitCode = 130;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _interrupted = new();
    private readonly TextWriter _error;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    internal Interruption(TextWriter error)
    {
        this._error = error;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    internal CancellationToken Token => _interrupted.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _interrupted.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
            Environment.Exit(ExitCode);
        _error.WriteLine(
            $"Stopping: what is finished is being flushed, for {Grace.TotalSeconds:0} seconds at most. Press Ctrl+C again to stop now.");
        _ = Task.Run(async () =>
        {
            await _interrupted.CancelAsync();
            await Task.Delay(Grace);
            Environment.Exit(ExitCode);
        });
    }
}
