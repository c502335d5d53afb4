using System.Text.Json;
using Calibration.Results;
using Calibration.Results.Journaling;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary><c>doctor</c> finds what was broken on purpose, says what repairs it, and changes nothing.</summary>
public sealed class DoctorVerbTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Doctor_CompleteRun_FindsNothingAndChangesNothing()
    {
        RunFolder run = await MeasureAsync();
        Assert.Equal(0, (await CommandRun.OfAsync("fit", run.Path)).ExitCode);
        string[] before = Contents(run);
        (CommandRun doctor, string report) = await DoctorAsync(run);
        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains("Nothing is wrong.", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("has ended; 24 trials", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(before, Contents(run));
        Assert.Equal(24, JsonDocument.Parse(report).RootElement.GetProperty("diagnosis").GetProperty("trials").GetInt32());
    }

    /// <summary>No question, no answer, no address, no word of the user's.</summary>
    [Fact]
    public async Task Doctor_BugReport_HoldsNothingThatAUserWouldNotShow()
    {
        RunFolder run = await MeasureAsync("--note", "owner=Ada");
        (CommandRun _, string report) = await DoctorAsync(run);
        Assert.DoesNotContain("Ada", report, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", report, StringComparison.Ordinal);
        Assert.DoesNotContain(_root, report, StringComparison.Ordinal);
        await foreach (Trial trial in run.Trials.ReadAsync().WithCancellation(Cancelled))
            Assert.False(trial.Response.Length > 8 && report.Contains(trial.Response, StringComparison.Ordinal), trial.Response);
        string[] events =
        [
            .. JsonDocument.Parse(report).RootElement.GetProperty("log").EnumerateArray()
                .Select(line => JsonDocument.Parse(line.GetString()!).RootElement.GetProperty("event").GetString()!),
        ];
        Assert.Equal(("started", "ended"), (events[0], events[^1]));
    }

    [Fact]
    public async Task Doctor_OpenRunWithATornJournalAndASuspectTime_SaysEachWithItsRepair()
    {
        RunFolder run = await MeasureAsync();
        await run.ReopenAsync(Cancelled);
        ServiceSample[] times = [.. run.Service.ReadJournal()];
        File.Delete(run.In("journal", "service.jsonl"));
        await using (Journal<ServiceSample> journal = run.Service.OpenJournal())
        {
            foreach (ServiceSample time in times)
                await journal.AppendAsync(time == times[0] ? time.AsSuspect("a test says so") : time);
        }

        string trials = run.In("journal", "trials.jsonl");
        string[] lines = await File.ReadAllLinesAsync(trials, Cancelled);
        await File.WriteAllTextAsync(trials, string.Join('\n', lines[..^2]) + "\n" + lines[^2][..40], Cancelled);
        (CommandRun doctor, string report) = await DoctorAsync(run);
        Assert.Equal(0, doctor.ExitCode);
        foreach (string said in (string[])
        [
            "has not ended; 22 trials",
            "2 of 24 planned trials are missing.",
            "1 service times are suspect; no fit uses them.",
            $"Repair: calibrate run --resume {run.Path} --redo-latency",
            "trials.jsonl ends within a line",
        ])
            Assert.Contains(said, doctor.Output, StringComparison.Ordinal);
        Assert.Contains("a test says so", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_DamagedTableAndFitsOfOtherRows_AreGrave()
    {
        RunFolder run = await MeasureAsync();
        Assert.Equal(0, (await CommandRun.OfAsync("fit", run.Path)).ExitCode);
        string fits = await File.ReadAllTextAsync(run.In("fits.json"), Cancelled);
        string hash = JsonDocument.Parse(fits).RootElement.GetProperty("rows_hash").GetString()!;
        string others = fits.Replace(hash, new string('0', hash.Length), StringComparison.Ordinal);
        await File.WriteAllTextAsync(run.In("fits.json"), others, Cancelled);
        (CommandRun stale, string _) = await DoctorAsync(run);
        Assert.Equal(0, stale.ExitCode);
        Assert.Contains("made from other rows", stale.Output, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(run.Service.Path, (await File.ReadAllBytesAsync(run.Service.Path, Cancelled))[..100], Cancelled);
        (CommandRun damaged, string _) = await DoctorAsync(run);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("Serious: The service cannot be read", damaged.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(run.ManifestPath, "{", Cancelled);
        (CommandRun without, string _) = await DoctorAsync(run);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("manifest.json is damaged", without.Output, StringComparison.Ordinal);
    }

    private async Task<RunFolder> MeasureAsync(params string[] more)
    {
        CommandRun measured = await CommandRun.OfAsync(
        [
            "measure", "--datasets", "gsm8k", "--items", "4", "--runs", "2", "--budgets", "0,8,16", "--latency-items", "2", "--out", _root,
            .. more,
        ]);
        Assert.True(measured.ExitCode == 0, measured.Error);
        return RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
    }

    private async Task<(CommandRun Run, string Report)> DoctorAsync(RunFolder run)
    {
        string report = Path.Combine(_root, "..", $"{Path.GetFileName(_root)}-report.json");
        CommandRun doctor = await CommandRun.OfAsync("doctor", run.Path, "--report", report);
        string text = await File.ReadAllTextAsync(report, Cancelled);
        File.Delete(report);
        return (doctor, text);
    }

    private static string[] Contents(RunFolder run) =>
    [
        .. Directory.GetFiles(run.Path, "*", SearchOption.AllDirectories).Order()
            .Select(file => $"{file} {ShortHash.Of(File.ReadAllText(file))}"),
    ];
}
