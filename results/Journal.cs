using System.Text.Json;
using System.Threading.Channels;

namespace Calibration.Results;

/// <summary>
/// An append-only file of JSON lines. A row is finished when its line has been flushed to the disk; rows that
/// arrive together share one flush. No row waits for others to come: a flush begins as soon as the one before it has ended, and
/// at most 64 rows are accepted and not yet on the disk, whatever the disk's speed.
/// </summary>
public sealed class Journal<TRow> : IAsyncDisposable
{
    /// <summary>As many in a flush, and as many waiting for the next.</summary>
    private const int LinesPerFlush = 32;

    private readonly Channel<(byte[] Line, TaskCompletionSource Durable)> queue =
        Channel.CreateBounded<(byte[], TaskCompletionSource)>(LinesPerFlush);

    private readonly FileStream file;
    private readonly Task writing;

    /// <summary>Opens the file for appending, after cutting off what a crash left unfinished at its end.</summary>
    public Journal(string path)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        file.SetLength(JournalTail.EndOfRows(file));
        file.Seek(0, SeekOrigin.End);
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Appends a row; the task ends when the row is on the disk.</summary>
    /// <exception cref="IOException">The disk refused the row: nothing of it is kept, all rows before it are.</exception>
    public async Task AppendAsync(TRow row)
    {
        // Here and not in the writer: a row that cannot be written is its caller's fault and must not stop the others.
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(row, ResultsJson.Line), (byte)'\n'];
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await queue.Writer.WriteAsync((line, durable));
        }
        catch (ChannelClosedException closed) when (closed.InnerException is IOException refused)
        {
            throw new IOException(refused.Message, refused);
        }

        await durable.Task;
    }

    /// <summary>Finishes all rows and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var waiting = new List<TaskCompletionSource>(LinesPerFlush);
        using var lines = new MemoryStream();
        while (await queue.Reader.WaitToReadAsync())
        {
            waiting.Clear();
            lines.SetLength(0);
            while (waiting.Count < LinesPerFlush && queue.Reader.TryRead(out var next))
            {
                lines.Write(next.Line);
                waiting.Add(next.Durable);
            }

            try
            {
                Flush(lines);
                waiting.ForEach(durable => durable.TrySetResult());
            }
            catch (Exception fault)
            {
                // Whatever it is, nobody may wait for a writer that has ended.
                IOException refused = fault as IOException ?? new IOException(fault.Message, fault);
                waiting.ForEach(durable => durable.TrySetException(refused));
                Refuse(refused);
                return;
            }
        }
    }

    private void Flush(MemoryStream lines)
    {
        long good = file.Length;
        try
        {
            file.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            file.Flush(flushToDisk: true);
        }
        catch
        {
            file.SetLength(good);
            throw;
        }
    }

    private void Refuse(IOException refused)
    {
        queue.Writer.TryComplete(refused);
        while (queue.Reader.TryRead(out var next))
            next.Durable.TrySetException(refused);
    }
}
