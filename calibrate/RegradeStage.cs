using System.Collections.Immutable;
using System.Globalization;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>Grades a run's kept answers again after a grader changed, into a run folder of its own: raw trials are never edited.</summary>
internal static class RegradeStage
{
    internal static async Task<RunFolder> RunAsync(RunFolder folder, string directory, TextWriter output, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        Dictionary<(string Task, string Id), Problem> problems = manifest.Tasks
            .Select(task => (Facts: task, Benchmark: Benchmarks.Find(task.Task) ?? throw new UserFault($"{task.Task} is none of the six benchmarks: its answers cannot be graded again.")))
            .SelectMany(pair => Load(pair.Benchmark, pair.Facts, directory))
            .ToDictionary(problem => (problem.Task, problem.Id));
        List<Trial> trials = await folder.ReadTrialsAsync().ToListAsync(cancellationToken);
        List<Trial> regraded = [.. trials.Select(trial => trial.IsUsable && problems.TryGetValue((trial.Task, trial.ProblemId), out Problem? problem) ? Regrade(trial, problem) : trial)];

        RunFolder copy = RunFolder.Create(Path.GetDirectoryName(folder.Path)!, folder.Id + "-regraded");
        await copy.WriteManifestAsync(manifest with { Id = copy.Id, Notes = manifest.Notes.SetItem("regraded_from", folder.Id), Tool = ToolDescription.Read() });
        await copy.WriteRowsAsync(regraded, await folder.ReadServiceAsync().ToListAsync(cancellationToken), folder.ReadTracesAsync().ToBlockingEnumerable(cancellationToken));
        Directory.Delete(copy.In("journal"), recursive: true);
        Report(trials, regraded, output);
        return copy;
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

    private static void Report(List<Trial> before, List<Trial> after, TextWriter output)
    {
        (Trial Before, Trial After)[] moved = [.. before.Zip(after).Where(pair => pair.First.Correct != pair.Second.Correct || pair.First.Status != pair.Second.Status)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{moved.Length:N0} of {before.Count:N0} grades moved."));
        foreach ((Trial was, Trial now) in moved.Take(20))
            output.WriteLine($"  {was.Task} {was.ProblemId} run {was.Run} budget {was.BudgetTokens}: {Say(was)} → {Say(now)}");

        static string Say(Trial trial) => trial.Status == TrialStatus.Ok ? trial.Correct ? "right" : "wrong" : trial.Status.ToString();
    }
}
