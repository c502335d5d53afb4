using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Measuring;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.RunFolders;

/// <summary><c>show</c>: a run in one screen, a task's answers by budget, or one problem's thinking, answers and grades.</summary>
internal sealed class ShowVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    private const int NamedProblems = 5;

    private readonly Argument<string> _run = new("run")
    {
        Description = "A run folder, or the folder of one of its operating points (RUN/points/…).",
    };

    private readonly Argument<string?> _shown = new("task")
    {
        Description =
            "TASK/PROBLEM, such as gsm8k/test/12: show this problem's thinking, answer and grade at each budget and run. TASK: show how "
            + "many of its answers could not be read, or were limited by the budget.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int?> _budget = new("--budget")
    {
        Description = "With a problem: show only this budget.",
        HelpName = "TOKENS",
    };

    private readonly Option<int?> _number = new("--run")
    {
        Description = "With a problem: show only this run, from 0.",
        HelpName = "NUMBER",
    };

    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description =
            "With a problem: a server of the run's model, which gives the text of the stored token ids. Default: the run's own server. "
            + "Not needed for runs that were measured with --keep-text.",
        HelpName = "URL",
    };

    private readonly RunOptions _options = new();

    internal Command Command()
    {
        var command = new Command(
            "show",
            "Show a run in one screen: what it is, how complete, its allocation and the most serious warnings. With TASK/PROBLEM: that "
            + "problem's thinking, answer and grade at each budget.")
        {
            _run, _shown, _budget, _number, _endpoint, _options.Model, _options.ApiKeyEnv, _options.ApiKeyFile,
        };
        command.SetAction(async (parsed, cancelled) =>
        {
            PointFolder place = PointFolder.Open(parsed.GetValue(_run)!);
            string? shown = parsed.GetValue(_shown);
            if (shown?.Contains('/', StringComparison.Ordinal) != true && WithoutEffect.FirstOf(parsed) is { } idle)
                throw new UserFault($"{idle} is for one problem: name it as TASK/PROBLEM, or leave {idle} out.");
            if (shown is null)
            {
                await output.WriteAsync(await RunText.OfAsync(place, cancelled));
                string task = place.Run.ReadManifest().Tasks[0].Task;
                string[] page = File.Exists(place.In("allocation.json")) ? [$"calibrate report {place.Path} --open"] : [];
                Ending.Next(log, [$"calibrate show {place.Run.Path} {task}", .. page]);
                return 0;
            }

            await ShowAsync(place.Run, shown, parsed, cancelled);
            return 0;
        });
        return command;
    }

    private async Task ShowAsync(RunFolder folder, string problem, ParseResult parsed, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        string[] parts = problem.Split('/', 2);
        string task = parts[0];
        if (manifest.Tasks.All(known => known.Task != task))
        {
            throw new UserFault(
                $"{problem} names the task \"{task}\", which {folder.Id} does not have: give TASK/PROBLEM with one of "
                + $"{string.Join(", ", manifest.Tasks.Select(known => known.Task))}.");
        }

        if (parts is not [_, var id])
        {
            RunCounts counts = await RunAnalysis.CountAsync(folder, cancellationToken);
            await output.WriteAsync(RunText.OfTask(manifest, counts.Tasks.First(counted => counted.Task == task)));
            if (await folder.Trials.ReadAsync().FirstOrDefaultAsync(trial => trial.Task == task, cancellationToken) is { } first)
                Ending.Next(log, $"calibrate show {folder.Path} {task}/{first.ProblemId}");
            return;
        }

        ImmutableArray<Trial> answers = await AnswersAsync(folder, task, id, cancellationToken);
        ImmutableArray<Trial> chosen =
        [
            .. answers.Where(trial => (parsed.GetValue(_budget) ?? trial.BudgetTokens) == trial.BudgetTokens
                && (parsed.GetValue(_number) ?? trial.Run) == trial.Run),
        ];
        if (chosen.IsEmpty)
        {
            throw new UserFault(
                $"{folder.Id} has no such answer to {problem}: its budgets are "
                + $"{string.Join(", ", answers.Select(trial => trial.BudgetTokens).Distinct().Order())}, its runs "
                + $"{string.Join(", ", answers.Select(trial => trial.Run).Distinct().Order())}.");
        }

        var texts = new ThinkingTexts(folder, ServerOf(parsed, manifest), clock);
        (ImmutableArray<ShownTrial> shown, string? absence) = await texts.OfAsync(chosen, cancellationToken);
        await output.WriteAsync(ProblemText.Of(manifest, problem, shown, absence));
    }

    /// <exception cref="UserFault">The run has no answer to that problem.</exception>
    private static async Task<ImmutableArray<Trial>> AnswersAsync(
        RunFolder folder, string task, string id, CancellationToken cancellationToken)
    {
        var answers = ImmutableArray.CreateBuilder<Trial>();
        var others = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (Trial trial in folder.Trials.ReadAsync().Where(trial => trial.Task == task).WithCancellation(cancellationToken))
        {
            if (trial.ProblemId == id)
                answers.Add(trial);
            else
                others.Add(trial.ProblemId);
        }

        if (answers.Count > 0)
            return [.. answers.OrderBy(trial => trial.Key)];
        string known = others.Count == 0
            ? $"no answer of {task} yet"
            : $"no answer to {task}/{id}; it has {others.Count} problems of {task}: "
                + string.Join(", ", others.Take(NamedProblems)) + (others.Count > NamedProblems ? ", …" : "");
        throw new UserFault($"{folder.Id} has {known}.");
    }

    /// <summary>The server that was named, else access to the run's own.</summary>
    private EndpointSettings ServerOf(ParseResult parsed, RunManifest manifest)
    {
        string? named = parsed.GetValue(_endpoint);
        string? variable = parsed.GetValue(_options.ApiKeyEnv), file = parsed.GetValue(_options.ApiKeyFile);
        if (variable is not null && file is not null)
            throw new UserFault("--api-key-env and --api-key-file exclude each other: name one.");
        bool isOwn = named is null && variable is null && file is null;
        return new EndpointSettings
        {
            Addresses = named is null ? [] : SettingsBinding.Addresses([named]),
            Model = parsed.GetValue(_options.Model),
            ApiKeyEnv = isOwn ? KeyIn(manifest.Settings.Endpoint.ApiKeyEnv, Environment.GetEnvironmentVariable) : variable,
            ApiKeyFile = isOwn ? KeyIn(manifest.Settings.Endpoint.ApiKeyFile, path => File.Exists(path) ? path : null) : file,
        };
    }

    /// <summary>The run's own place of its key, if the key is there on this machine.</summary>
    private static string? KeyIn(string? place, Func<string, string?> find) =>
        place is not null && find(place) is { Length: > 0 } ? place : null;
}
