using System.Threading.Channels;

namespace Calibration.Results.Journaling;

/// <summary>
/// An append-only file of JSON lines. A row is finished when its line has been flushed to the disk; rows that
/// arrive together share one flush. No row waits for others to come: a flush begins as soon as the one before it has ended, and
/// at most 64 rows are accepted and not yet on the disk, whatever the disk's speed.
/// </summary>
public sealed class Journal<TRow> : IAsyncDisposable
{
    /// <summary>Maximum number of rows per flush; as many may wait for the next.</summary>
    private const int LinesPerFlush = 32;

    private readonly Channel<(byte[] Line, TaskCompletionSource? Durable)> _queue =
        Channel.CreateBounded<(byte[], TaskCompletionSource?)>(LinesPerFlush);

    private readonly FileStream _file;
    private readonly Task _writing;
    private IOException? _lost;

    /// <summary>Opens the file for appending, after cutting off what a crash left unfinished at its end.</summary>
    public Journal(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        _file.SetLength(JournalTail.EndOfRows(_file));
        _file.Seek(0, SeekOrigin.End);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Appends a row; the task ends when the row is on the disk.</summary>
    /// <exception cref="IOException">The disk refused the row: nothing of it is kept, all rows before it are.</exception>
    public async Task AppendAsync(TRow row)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await AcceptAsync(row, durable);
        await durable.Task;
    }

    /// <summary>
    /// Appends a row without waiting for the disk; it is lost only where a later row, or <see cref="DisposeAsync"/>, throws.
    /// </summary>
    /// <exception cref="IOException">The disk has refused an earlier row.</exception>
    public ValueTask AddAsync(TRow row) => AcceptAsync(row, durable: null);

    /// <summary>Finishes all rows and closes the file.</summary>
    /// <exception cref="IOException">The disk refused a row of <see cref="AddAsync"/>; all rows before it are kept.</exception>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
        if (_lost is not null)
            throw new IOException(_lost.Message, _lost);
    }

    private async ValueTask AcceptAsync(TRow row, TaskCompletionSource? durable)
    {
        // Here and not in the writer: a row that cannot be written is its caller's fault and must not stop the others.
        byte[] line = JournalFile.LineOf(row);
        try
        {
            await _queue.Writer.WriteAsync((line, durable));
        }
        catch (ChannelClosedException closed) when (closed.InnerException is IOException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private async Task WriteAsync()
    {
        var waiting = new List<TaskCompletionSource?>(LinesPerFlush);
        using var lines = new MemoryStream();
        while (await _queue.Reader.WaitToReadAsync())
        {
            waiting.Clear();
            lines.SetLength(0);
            while (waiting.Count < LinesPerFlush && _queue.Reader.TryRead(out var next))
            {
                lines.Write(next.Line);
                waiting.Add(next.Durable);
            }

            try
            {
                Flush(lines);
                waiting.ForEach(durable => durable?.TrySetResult());
            }
            catch (Exception fault)
            {
                // Whatever it is, nobody may wait for a writer that has ended.
                IOException refused = fault as IOException ?? new IOException(fault.Message, fault);
                Refuse(refused, waiting);
                return;
            }
        }
    }

    private void Flush(MemoryStream lines)
    {
        long good = _file.Length;
        try
        {
            _file.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            _file.Flush(flushToDisk: true);
        }
        catch
        {
            _file.SetLength(good);
            throw;
        }
    }

    private void Refuse(IOException refused, List<TaskCompletionSource?> waiting)
    {
        _queue.Writer.TryComplete(refused);
        while (_queue.Reader.TryRead(out var next))
            waiting.Add(next.Durable);
        _lost = waiting.Contains(null) ? refused : null;
        waiting.ForEach(durable => durable?.TrySetException(refused));
    }
}
