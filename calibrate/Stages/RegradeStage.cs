using System.Collections.Immutable;
using System.Globalization;
using Calibration.Calibrate.Output;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>Grades a run's kept answers again after a grader changed, into a run folder of its own: raw trials are never edited.</summary>
internal static class RegradeStage
{
    private const int ShownMoves = 20;

    internal static async Task<RunFolder> RunAsync(RunFolder folder, string directory, TextWriter output, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        Dictionary<(string Task, string Id), Problem> problems = manifest.Tasks
            .Select(task => (Facts: task, Benchmark: Benchmarks.Find(task.Task) ?? throw new UserFault($"{task.Task} is none of the six benchmarks: its answers cannot be graded again.")))
            .SelectMany(pair => Load(pair.Benchmark, pair.Facts, directory))
            .ToDictionary(problem => (problem.Task, problem.Id));
        RunFolder copy = RunFolder.Create(Path.GetDirectoryName(folder.Path)!, folder.Id + "-regraded");
        await copy.WriteManifestAsync(manifest with { Id = copy.Id, Notes = manifest.Notes.SetItem("regraded_from", folder.Id), Tool = ToolDescription.Read() });
        var moved = new List<(Trial Was, Trial Now)>();
        long all = 0, differing = 0;
        await copy.WriteRowsAsync(folder.ReadTrialsAsync().Select(Graded), folder.ReadServiceAsync(), folder.ReadTracesAsync());
        Directory.Delete(copy.In("journal"), recursive: true);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{differing:N0} of {all:N0} grades moved."));
        foreach ((Trial was, Trial now) in moved)
            output.WriteLine($"  {was.Task} {was.ProblemId} run {was.Run} budget {was.BudgetTokens}: {Say(was)} → {Say(now)}");
        return copy;

        Trial Graded(Trial was)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Trial now = was.IsUsable && problems.TryGetValue((was.Task, was.ProblemId), out Problem? problem) ? Regrade(was, problem) : was;
            bool differs = now.Correct != was.Correct || now.Status != was.Status;
            all++;
            differing += differs ? 1 : 0;
            if (differs && moved.Count < ShownMoves)
                moved.Add((was, now));
            return now;
        }
    }

    private static ImmutableArray<Problem> Load(Benchmark benchmark, TaskFacts facts, string directory)
    {
        LoadedBenchmark loaded = benchmark.Load(directory);
        string[] before = [.. facts.Files.Select(file => file.Sha256).Order(StringComparer.Ordinal)];
        if (!loaded.Files.Select(file => file.Sha256).Order(StringComparer.Ordinal).SequenceEqual(before))
            throw new UserFault($"The files of {benchmark.DisplayName} in {directory} are not those that were measured (their SHA-256 differ from the manifest's): name the right folder with --data.");
        return loaded.Problems;
    }

    private static Trial Regrade(Trial trial, Problem problem)
    {
        Grade grade = AnswerGrader.Grade(problem, problem.AnswerCue + trial.Response, truncated: trial.AnswerTokens >= problem.AnswerTokenLimit);
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

    private static string Say(Trial trial) => trial.Status == TrialStatus.Ok ? trial.Correct ? "right" : "wrong" : trial.Status.ToString();
}
