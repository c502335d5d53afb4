using Calibration.Results;
using Calibration.Results.Journaling;
using Xunit;

namespace Calibration.Tests.Results;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Create_TakenId_GetsANumber()
    {
        RunFolder first = RunFolder.Create(_root, "night");
        RunFolder second = RunFolder.Create(_root, "night");
        Assert.Equal("night", first.Id);
        Assert.Equal("night-2", second.Id);
    }

    /// <summary>Parts of a plan that a cluster starts in the same second must not measure into one folder.</summary>
    [Fact]
    public void Create_SameIdAtOnce_GivesEachItsOwnFolder()
    {
        for (int round = 0; round < 20; round++)
        {
            string id = $"night-of-{round}-";
            var made = new string[8];
            using var together = new Barrier(made.Length);
            Thread[] threads = [.. Enumerable.Range(0, made.Length).Select(i => new Thread(() =>
            {
                together.SignalAndWait();
                made[i] = RunFolder.Create(_root, id).Path;
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.Equal(made.Length, made.Distinct().Count());
        }

        Assert.Equal(20 * 8, Directory.GetDirectories(_root).Length);
    }

    [Fact]
    public async Task Compact_JournaledRows_ComeBackInKeyOrder()
    {
        RunFolder folder = RunFolder.Create(_root, "night");
        Trial[] trials = [SampleRows.Trial("b", "x|\"\n\u4f60", 64), SampleRows.Trial("a", "y", 128), SampleRows.Trial("a", "y", 0)];
        Trace[] traces = [SampleRows.Trace("t1", [1, 2, 151_668, 3]), SampleRows.Trace("t0", [])];
        ServiceSample sample = SampleRows.Service("t0", 8) with { ServerS = 0.25 };
        await using (Journal<Trial> journal = folder.Trials.OpenJournal())
            await Task.WhenAll(trials.Select(journal.AppendAsync));
        await using (Journal<Trace> journal = folder.Traces.OpenJournal())
            await Task.WhenAll(traces.Select(journal.AppendAsync));
        await using (Journal<ServiceSample> journal = folder.Service.OpenJournal())
            await journal.AppendAsync(sample);

        await folder.CompactAsync();

        Assert.Equal([trials[2], trials[1], trials[0]], await folder.Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([sample], await folder.Service.ReadAsync().ToListAsync(TestContext.Current.CancellationToken));
        List<Trace> read = await folder.Traces.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["t0", "t1"], read.Select(trace => trace.TraceId));
        Assert.Equal([1, 2, 151_668, 3], read[1].TokenIds.AsEnumerable());
        Assert.Empty(read[0].TokenIds);
    }

    [Fact]
    public void Open_NoManifest_IsRefused() => Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(_root));
}
