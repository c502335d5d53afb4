using System.Text.Json;
using System.Threading.Channels;

namespace Calibration.Results;

/// <summary>
/// An append-only file of JSON lines. A row is finished when its line has been flushed to the disk; rows that
/// arrive together share one flush.
/// </summary>
public sealed class Journal<TRow> : IAsyncDisposable
{
    private const int LinesPerFlush = 64;

    private readonly Channel<(TRow Row, TaskCompletionSource Durable)> queue =
        Channel.CreateBounded<(TRow, TaskCompletionSource)>(LinesPerFlush * 4);

    private readonly FileStream file;
    private readonly Task writing;

    /// <summary>Opens the file for appending, after cutting off a last line that a crash left unfinished.</summary>
    public Journal(string path)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        file.SetLength(JournalFile.EndOfLastWholeLine(file));
        file.Seek(0, SeekOrigin.End);
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Appends a row; the task ends when the row is on the disk.</summary>
    /// <exception cref="IOException">The disk refused the row: nothing of it is kept, all rows before it are.</exception>
    public async Task AppendAsync(TRow row)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await queue.Writer.WriteAsync((row, durable));
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
                JsonSerializer.Serialize(lines, next.Row, ResultsJson.Line);
                lines.WriteByte((byte)'\n');
                waiting.Add(next.Durable);
            }

            try
            {
                Flush(lines);
                waiting.ForEach(durable => durable.TrySetResult());
            }
            catch (IOException refused)
            {
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
        catch (IOException)
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
