using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.RunFolders;

/// <summary>
/// <c>regrade</c>: grades a run's kept answers again after a grader changed, into a run folder of its own. Raw trials are never edited.
/// </summary>
internal sealed class RegradeVerb(TextWriter output, TextWriter log)
{
    private const int ShownMoves = 20;

    internal Command Command()
    {
        Argument<string> run = RunArguments.Run();
        Option<string?> data = new RunOptions().Data;
        data.Description = "Folder with the benchmarks' published files. Default: the run's own.";
        var command = new Command("regrade", "Grade a run's stored answers again into a new folder and show what changed.") { run, data };
        command.SetAction(async (parsed, cancelled) =>
        {
            RunFolder folder = RunFolder.Open(parsed.GetValue(run)!);
            string directory = parsed.GetValue(data) ?? DataFolder.Of(folder.ReadManifest());
            RunFolder regraded = await RegradeAsync(folder, directory, cancelled);
            await output.WriteLineAsync(regraded.Path);
            Ending.Next(log, $"calibrate fit {regraded.Path}", $"calibrate allocate {regraded.Path}");
            return 0;
        });
        return command;
    }

    private async Task<RunFolder> RegradeAsync(RunFolder folder, string directory, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        Dictionary<(string Task, string Id), Problem> problems = manifest.Tasks
            .Select(task => (Facts: task, Benchmark: Known(task.Task)))
            .SelectMany(pair => Load(pair.Benchmark, pair.Facts, directory))
            .ToDictionary(problem => (problem.Task, problem.Id));
        RunFolder copy = RunFolder.Create(Path.GetDirectoryName(folder.Path)!, folder.Id + "-regraded");
        await copy.WriteManifestAsync(manifest with
        {
            Id = copy.Id,
            Notes = manifest.Notes.SetItem("regraded_from", folder.Id),
            Tool = ToolDescription.Read(),
        });
        var moved = new List<(Trial Was, Trial Now)>();
        long all = 0, differing = 0;
        await copy.WriteRowsAsync(
            folder.Trials.ReadAsync().Select(Graded), folder.Service.ReadAsync(), folder.Traces.ReadAsync(),
            folder.Thinking.Exists ? folder.Thinking.ReadAsync() : null);
        Directory.Delete(copy.In("journal"), recursive: true);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{differing:N0} of {all:N0} grades moved."));
        foreach ((Trial was, Trial now) in moved)
            output.WriteLine($"  {was.Task} {was.ProblemId} run {was.Run} budget {was.BudgetTokens}: {Say(was)} → {Say(now)}");
        return copy;

        Trial Graded(Trial was)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isKnown = problems.TryGetValue((was.Task, was.ProblemId), out Problem? problem);
            Trial now = was.IsUsable && isKnown ? Regrade(was, problem!) : was;
            bool differs = now.Correct != was.Correct || now.Status != was.Status;
            all++;
            differing += differs ? 1 : 0;
            if (differs && moved.Count < ShownMoves)
                moved.Add((was, now));
            return now;
        }
    }

    private static Benchmark Known(string task) => Benchmarks.Find(task)
        ?? throw new UserFault($"{task} is none of the six benchmarks: its answers cannot be graded again.");

    private static ImmutableArray<Problem> Load(Benchmark benchmark, TaskFacts facts, string directory)
    {
        LoadedBenchmark loaded = benchmark.Load(directory);
        string[] before = [.. facts.Files.Select(file => file.Sha256).Order(StringComparer.Ordinal)];
        if (!loaded.Files.Select(file => file.Sha256).Order(StringComparer.Ordinal).SequenceEqual(before))
        {
            throw new UserFault(
                $"The files of {benchmark.DisplayName} in {directory} are not those that were measured (their SHA-256 differ from the "
                + "manifest's): name the right folder with --data.");
        }

        return loaded.Problems;
    }

    private static Trial Regrade(Trial trial, Problem problem)
    {
        bool isCut = trial.AnswerTokens >= problem.AnswerTokenLimit;
        Grade grade = AnswerGrader.Grade(problem, problem.AnswerCue + trial.Response, truncated: isCut);
        bool answered = grade.Status == GradeStatus.Answered;
        return trial with
        {
            Status = answered ? TrialStatus.Ok : TrialStatus.NoAnswer,
            Reason = answered ? "" : "No answer could be read.",
            Answer = grade.Answer,
            Correct = grade.Correct,
            Gold = string.Join('|', problem.Gold),
        };
    }

    private static string Say(Trial trial) =>
        trial.Status != TrialStatus.Ok ? trial.Status.ToString() : trial.Correct ? "right" : "wrong";
}
