using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Datasets.Pulling;

namespace Calibration.Calibrate.Verbs.Datasets;

/// <summary><c>calibrate datasets …</c>: the benchmarks' files, useful without measuring anything.</summary>
internal sealed class DatasetVerbs(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly Option<string?> _data = Data();

    private readonly Argument<string[]> _names = new("name")
    {
        Description = "Benchmarks: aime gsm8k gpqa cruxeval bbh arc. Default: all.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Where the files are.</summary>
    internal static Option<string?> Data() => new("--data")
    {
        Description = "Folder with the files. Default: the cache that calibrate datasets pull fills.",
        HelpName = "DIR",
    };

    internal Command Datasets() =>
        new("datasets", "The six benchmarks' files: pull, list, show, check, grade.")
        {
            Pull(), List(), Show(), Check(), new DatasetGradeVerb(output, log).Command(),
        };

    private Command Pull()
    {
        var command = new Command(
            "pull",
            "Download the published files from the Hugging Face hub into the cache, where run finds them, or into the folder of --data. "
            + "GPQA is gated and needs HF_TOKEN. HF_ENDPOINT names a mirror.") { _names, _data };
        command.SetAction(async (parsed, cancelled) =>
        {
            using HttpClient http = DatasetPull.CreateClient();
            PullOptions cache = DataFolder.Cache();
            string directory = DirectoryOf(parsed);
            var pull = new DatasetPull(http, cache with { Directory = directory }, clock);
            bool failed = false;
            ImmutableArray<Benchmark> named = Named(parsed);
            if (cache.Token is null)
                await SayWhatIsGatedAsync(named.Where(benchmark => pull.Present(benchmark).IsEmpty));
            foreach (Benchmark benchmark in named)
            {
                try
                {
                    foreach (PulledFile file in await pull.PullAsync(benchmark, new PullReport(log), cancelled))
                        await output.WriteLineAsync(string.Create(
                            CultureInfo.InvariantCulture,
                            $"{file.RelativePath}  {file.Bytes:N0} bytes  sha256 {file.Sha256[..12]}…  "
                                + $"{(file.Downloaded ? "pulled" : "already there")}"));
                }
                catch (DatasetException fault)
                {
                    // One benchmark that cannot be had does not keep the others away.
                    await log.WriteLineAsync(OptionNames.In(fault.Message));
                    failed = true;
                }
            }

            await log.WriteLineAsync(
                $"The files are in "
                    + $"{directory}{(directory == cache.Directory ? "; run finds them there" : $": give run --data {directory}")}.");
            Ending.Next(
                log,
                "calibrate datasets check" + DataOf(parsed),
                $"calibrate plan --endpoint URL --datasets {string.Join(',', named.Select(benchmark => benchmark.Task))}{DataOf(parsed)}");
            return failed ? 1 : 0;
        });
        return command;
    }

    /// <summary>Said before anything is fetched, so that nobody waits for a refusal.</summary>
    private async Task SayWhatIsGatedAsync(IEnumerable<Benchmark> wanted)
    {
        foreach (Benchmark benchmark in wanted)
        {
            if (DatasetPull.TermsOf(benchmark) is { } page)
            {
                string others = string.Join(',', Benchmarks.All.Where(other => other != benchmark).Select(other => other.Task));
                await log.WriteLineAsync(
                    $"{benchmark.DisplayName} is gated, and HF_TOKEN is not set: accept its terms at {page}, create a token at "
                    + $"{PullOptions.Hub}settings/tokens and set it as HF_TOKEN. Or do without it: run --datasets {others}");
            }
        }
    }

    private Command List()
    {
        var command = new Command("list", "Show which benchmarks are there, how many problems they have, and the years of AIME.") { _data };
        command.SetAction(async (parsed, _) =>
        {
            string directory = DirectoryOf(parsed);
            if (parsed.GetValue(_data) is not null && !Directory.Exists(directory))
                throw new UserFault($"{directory} does not exist: name the folder with the benchmarks' files, or leave --data out.");
            await output.WriteLineAsync($"In {directory}:");
            foreach (Benchmark benchmark in Benchmarks.All)
                await output.WriteLineAsync($"  {benchmark.Task,-10} {benchmark.DisplayName,-14} {Presence(benchmark, directory)}");
            Ending.Next(log, "calibrate datasets pull" + DataOf(parsed), "calibrate datasets check" + DataOf(parsed));
            return 0;
        });
        return command;
    }

    private Command Show()
    {
        var name = new Argument<string>("name") { Description = "A benchmark." };
        var which = new Argument<string>("problem") { Description = "A problem's id, or its number from 0." };
        var command = new Command("show", "Show one problem, its prompt and its gold answer.") { name, which, _data };
        command.SetAction(async (parsed, _) =>
        {
            Benchmark benchmark = Find(parsed.GetValue(name)!);
            string directory = DirectoryOf(parsed);
            if (parsed.GetValue(_data) is null && !Directory.Exists(directory))
                throw new UserFault($"No benchmark was pulled yet: run {DataFolder.PullOf(benchmark)}, or name a folder with --data DIR.");
            ImmutableArray<Problem> problems = benchmark.Load(directory).Problems;
            string text = parsed.GetValue(which)!;
            Problem problem = problems.FirstOrDefault(candidate => candidate.Id == text)
                ?? (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < problems.Length
                ? problems[number]
                : null)
                ?? throw new UserFault(
                    $"{benchmark.DisplayName} has no problem {text}; there are {problems.Length}, from {problems[0].Id} to "
                        + $"{problems[^1].Id}.");
            await output.WriteLineAsync(
                $"{problem.Task} {problem.Id}\n\n{problem.Prompt}\n\nanswer cue: {problem.AnswerCue}\nanswer limit: "
                    + $"{problem.AnswerTokenLimit} tokens\nkind: {problem.Kind}\ngold: {string.Join(" | ", problem.Gold)}");
            return 0;
        });
        return command;
    }

    private Command Check()
    {
        var command = new Command("check", "Load every problem and check that its gold answer is graded as right.") { _names, _data };
        command.SetAction(async (parsed, _) =>
        {
            bool all = parsed.GetValue(_names) is null or [];
            int well = 0, faulty = 0;
            foreach (Benchmark benchmark in Named(parsed))
            {
                try
                {
                    bool right = await CheckAsync(benchmark, benchmark.Load(DirectoryOf(parsed)));
                    well += right ? 1 : 0;
                    faulty += right ? 0 : 1;
                }
                catch (DatasetException fault)
                {
                    // One benchmark that cannot be read does not keep the others from being checked. Those that nobody named may be absent.
                    await output.WriteLineAsync(fault.IsAbsent
                        ? $"{benchmark.DisplayName}: no file is there; run {DataFolder.PullOf(benchmark)}"
                        : $"{benchmark.DisplayName}: {OptionNames.In(fault.Message)}");
                    faulty += fault.IsAbsent && all ? 0 : 1;
                }
            }

            return faulty > 0 || well == 0 ? 1 : 0;
        });
        return command;
    }

    private async Task<bool> CheckAsync(Benchmark benchmark, LoadedBenchmark loaded)
    {
        string[] wrong = [.. loaded.Problems.Where(problem => !GradesItsGold(problem)).Select(problem => problem.Id)];
        string twins = loaded.EqualChoices.IsEmpty
            ? ""
            : $", {loaded.EqualChoices.Length} with two choices of the same text (either letter counts){FirstOf(loaded.EqualChoices)}";
        await output.WriteLineAsync(
            $"{benchmark.DisplayName}: {loaded.Problems.Length} problems, {loaded.Excluded.Length} excluded{twins}, "
            + $"{wrong.Length} whose gold answer is not graded right{FirstOf(wrong)}");
        return wrong.Length == 0;
    }

    private static string FirstOf(IReadOnlyCollection<string> ids) =>
        ids.Count == 0 ? "" : ": " + string.Join(", ", ids.Take(5)) + (ids.Count > 5 ? ", …" : "");

    private static bool GradesItsGold(Problem problem)
    {
        string closing = problem.AnswerCue.EndsWith('{') ? "}" : "";
        return AnswerGrader.Grade(problem, problem.AnswerCue + problem.Gold[0] + closing).Correct;
    }

    private static string Presence(Benchmark benchmark, string directory)
    {
        try
        {
            LoadedBenchmark loaded = benchmark.Load(directory);
            string years = loaded.Problems.Any(problem => problem.Year is not null)
                ? $" ({ProblemYears.Describe(loaded.Problems)})"
                : "";
            return $"{loaded.Problems.Length} problems in {loaded.Files.Length} {(loaded.Files.Length == 1 ? "file" : "files")}{years}";
        }
        catch (DatasetException fault)
        {
            return Directory.Exists(Path.Combine(directory, benchmark.Task))
                ? "unreadable: " + OptionNames.In(fault.Message)
                : "not there (calibrate datasets pull " + benchmark.Task + ")";
        }
    }

    private ImmutableArray<Benchmark> Named(ParseResult parsed) =>
        parsed.GetValue(_names) is { Length: > 0 } given ? [.. given.Select(Find)] : Benchmarks.All;

    private string DataOf(ParseResult parsed) => parsed.GetValue(_data) is { } directory ? $" --data {directory}" : "";

    private string DirectoryOf(ParseResult parsed) => parsed.GetValue(_data) ?? DataFolder.Cache().Directory;

    internal static Benchmark Find(string name) =>
        Benchmarks.Find(name)
            ?? throw new UserFault(
                $"There is no benchmark \"{name}\": give {string.Join(", ", Benchmarks.All.SkipLast(1).Select(known => known.Task))} or "
                + $"{Benchmarks.All[^1].Task}.");

    /// <summary>One line per file at its start, and one per 8 MB.</summary>
    private sealed class PullReport(TextWriter log) : IProgress<PullProgress>
    {
        private const long Step = 8 << 20;

        private string _current = "";
        private long _next;

        public void Report(PullProgress value)
        {
            string key = value.RelativePath + value.Attempt;
            if (key == _current && value.Bytes < _next)
                return;
            (_current, _next) = (key, value.Bytes + Step);
            log.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{value.RelativePath}: {value.Bytes:N0}{(value.TotalBytes is { } total ? $" of {total:N0}" : "")} "
                    + $"bytes{(value.Attempt > 1 ? $", attempt {value.Attempt}" : "")}"));
        }
    }
}
