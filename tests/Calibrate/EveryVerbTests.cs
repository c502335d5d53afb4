using System.CommandLine;
using Calibration.Calibrate;
using Calibration.Results;
using Calibration.Tests.Datasets;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>
/// Every verb of the command line, found in it: a broken run folder, a missing file, a decimal comma, an endpoint that does not answer.
/// Each ends with one sentence on standard error and the documented exit code, and never with a stack trace.
/// </summary>
public sealed class EveryVerbTests(SmallRun small) : IClassFixture<SmallRun>, IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    /// <summary>How a verb is given a run folder; verbs that take none are not here.</summary>
    private static readonly Dictionary<string, string[]> OnRun = new()
    {
        ["run"] = ["--resume"],
        ["measure"] = ["--resume"],
        ["fit"] = [],
        ["allocate"] = [],
        ["simulate"] = ["--queries", "100", "--replications", "2"],
        ["figures"] = [],
        ["report"] = [],
        ["regrade"] = [],
        ["merge"] = ["--out", "OUT"],
        ["compare"] = ["--out", "OUT"],
        ["show"] = [],
        ["export"] = ["--out", "OUT"],
    };

    /// <summary>Every way in which a verb is given a file or folder; MISSING stands for one that is not there.</summary>
    private static readonly (string Verb, string[] Arguments)[] MissingFiles =
    [
        ("", ["--resume", "MISSING"]),
        .. from verb in (string[])["run", "measure", "plan"]
           from option in (string[])["--resume", "--plan", "--data", "--api-key-file", "--profile", "--task=own"]
           where verb != "plan" || option != "--resume"
           select (verb, (string[])
           [
               .. option == "--resume" ? (string[])[] : ["--datasets", "arc", "--out", "OUT"],
               .. option == "--task=own" ? (string[])["--task", "own=MISSING"] : [option, "MISSING"],
           ]),
        .. from verb in (string[])["fit", "allocate", "simulate", "figures", "report", "regrade", "merge", "show", "export", "doctor"]
           select (verb, (string[])["MISSING"]),
        ("compare", ["MISSING", "RUN"]),
        ("compare", ["RUN", "MISSING"]),
        ("fit", ["--accuracy", "MISSING"]),
        ("fit", ["--service", "MISSING"]),
        ("allocate", ["--workload", "MISSING"]),
        ("simulate", ["--workload", "MISSING", "--budgets", "0"]),
        ("regrade", ["RUN", "--data", "MISSING"]),
        ("endpoint", ["--log", "MISSING/log"]),
        ("probe", ["--api-key-file", "MISSING"]),
        ("probe", ["--profile", "MISSING"]),
        ("datasets show", ["gsm8k", "0", "--data", "MISSING"]),
        ("datasets check", ["gsm8k", "--data", "MISSING"]),
        ("datasets grade", ["--benchmark", "gsm8k", "MISSING"]),
        ("datasets grade", ["--benchmark", "gsm8k", "FILE", "--data", "MISSING"]),
        ("datasets pull", ["MISSING"]),
        ("datasets list", ["MISSING"]),
    ];

    /// <summary>What may be broken in a run folder, and the verbs that read it and so must fail.</summary>
    private static readonly (string File, string? Content, string[] Readers)[] Damages =
    [
        ("manifest.json", null, [.. OnRun.Keys]),
        ("manifest.json", "", ["run", "measure", "fit", "allocate", "regrade", "merge", "show"]),
        ("manifest.json", "null", ["run", "measure", "fit", "allocate", "regrade", "merge"]),
        ("manifest.json", "{\"id\":\"x\"}", ["run", "measure", "fit", "allocate", "regrade", "merge"]),
        ("manifest.json", "TASKS", ["run", "measure", "fit", "allocate", "regrade", "merge"]),
        ("manifest.json", "PLAN", ["merge"]),
        ("fits.json", null, ["allocate", "figures", "report", "compare", "export"]),
        ("fits.json", "{", ["allocate", "figures", "report", "compare", "show"]),
        ("fits.json", "TASKS", ["allocate", "figures", "report", "compare"]),
        ("allocation.json", null, ["simulate", "figures", "report"]),
        ("allocation.json", "not json", ["simulate", "figures", "report", "show"]),
        ("allocation.json", "TASKS", ["simulate", "figures", "report"]),
        ("trials.parquet", "", ["run", "fit", "simulate", "report", "regrade", "merge", "allocate", "show"]),
        ("trials.parquet", "PAR1 and no more", ["run", "fit", "simulate", "report", "regrade", "merge", "allocate"]),
        ("service.parquet", "PAR1", ["run", "fit", "report", "regrade", "merge"]),
        ("traces.parquet", "PAR1", ["run", "report", "regrade", "merge"]),
        ("journal/trials.jsonl", "{\"task\":1}\n", ["run", "fit", "simulate", "report", "regrade", "merge", "allocate"]),
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    /// <summary>The verbs that end in an action, by their words.</summary>
    public static TheoryData<string> Verbs => [.. Leaves(CommandLine.Root(TextWriter.Null, TextWriter.Null, TimeProvider.System), "")];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_MissingFile_IsOneSentence(string verb)
    {
        (string Verb, string[] Arguments)[] cases = [.. MissingFiles.Where(missing => missing.Verb == verb)];
        Assert.True(cases.Length > 0, $"calibrate {verb} has no case here: add how it is given a file.");
        string file = Path.Combine(_root, "responses.jsonl");
        await File.WriteAllTextAsync(file, "{\"id\":\"a\",\"gold\":\"1\",\"response\":\"1\"}\n", Cancelled);
        foreach ((_, string[] arguments) in cases)
        {
            string[] filled =
            [
                .. arguments.Select(argument =>
                    argument.Replace("MISSING", Path.Combine(_root, "missing"), StringComparison.Ordinal).Replace(
                        "OUT", Path.Combine(_root, "out"), StringComparison.Ordinal).Replace("RUN", small.Folder, StringComparison.Ordinal)
                            .Replace("FILE", file, StringComparison.Ordinal)),
            ];
            await AssertOneSentenceAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. filled], [1, 2]);
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Verb_DecimalComma_IsOneSentence(string verb)
    {
        Command command = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(
            (Command)CommandLine.Root(TextWriter.Null, TextWriter.Null, TimeProvider.System),
            (above, name) => above.Subcommands.First(below => below.Name == name));
        foreach (Option option in command.Options.Where(option =>
            Type.GetTypeCode(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is TypeCode.Int32 or TypeCode.Double))
            Assert.Contains(
                option.Name,
                await AssertOneSentenceAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), option.Name, "0,6"], [2]),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_BrokenRunFolder_IsOneSentence()
    {
        Assert.Superset(OnRun.Keys.ToHashSet(), Verbs.Select(row => row.Data).Where(TakesRun).ToHashSet());
        Assert.Subset(OnRun.Keys.ToHashSet(), Verbs.Select(row => row.Data).Where(TakesRun).ToHashSet());
        await Parallel.ForEachAsync(Damages.Select((damage, index) => (damage, index)), Cancelled, async (pair, _) =>
        {
            foreach (string verb in pair.damage.Readers)
            {
                string folder = Path.Combine(_root, $"{pair.index}-{verb}");
                small.CopyTo(folder);
                Break(folder, pair.damage.File, pair.damage.Content);
                string[] given = [.. OnRun[verb].Select(argument => argument == "OUT" ? Path.Combine(_root, "merged") : argument)];
                string[] arguments = verb == "merge" ? [verb, folder, .. given]
                    : verb == "compare" ? [verb, small.Folder, folder, .. given]
                    : given is ["--resume"] ? [verb, "--resume", folder] : [verb, folder, .. given];
                await AssertOneSentenceAsync(arguments, [2]);
            }
        });
        Assert.False(Directory.Exists(Path.Combine(_root, "merged")) && Directory.GetDirectories(Path.Combine(_root, "merged")).Length > 0);
    }

    [Fact]
    public async Task Verb_EndpointThatDoesNotAnswer_IsOneSentence()
    {
        await using ScriptedServer broken = new(_ => []);
        await AssertNoEndpointAsync("http://127.0.0.1:9/v1", new Uri(broken.Address, "v1").ToString());
    }

    /// <summary>A server that is only busy is waited for, a minute and more.</summary>
    [Fact]
    public async Task Verb_EndpointThatOnlyAnswers429_IsOneSentence()
    {
        await using ScriptedServer busy = new(_ => ScriptedServer.Status("429 Too Many Requests"));
        await AssertNoEndpointAsync(new Uri(busy.Address, "v1").ToString());
    }

    /// <summary>All verbs at once: each waits for an endpoint that may come back.</summary>
    private async Task AssertNoEndpointAsync(params string[] addresses)
    {
        Trial answer = await RunFolder.Open(small.Folder).Trials.ReadAsync().FirstAsync(trial => trial.BudgetTokens > 0, Cancelled);
        await Task.WhenAll(
            from verb in Verbs.Select(row => row.Data).Where(TakesEndpoint)
            from address in addresses
            let more = verb == "probe"
                ? (string[])[]
                : verb == "show" ? [small.Folder, $"{answer.Task}/{answer.ProblemId}"]
                :
                [
                    "--samples",
                    "--datasets",
                    "arc",
                    "--items",
                    "2",
                    "--down-limit",
                    "0",
                    "--idle-limit",
                    "1",
                    "--out",
                    Path.Combine(_root, "runs"),
                ]
            select AssertOneSentenceAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--endpoint", address, .. more],
            [1]));
        Assert.False(Directory.Exists(Path.Combine(_root, "runs")));
    }

    /// <summary>Whether a broken run folder is a fault; it is doctor's work.</summary>
    private static bool TakesRun(string verb) => verb != "doctor" &&
        MissingFiles.Any(missing =>
                missing.Verb == verb && missing.Arguments is ["MISSING"] or ["--resume", "MISSING"] or ["MISSING", "RUN"])
            && !verb.StartsWith("datasets", StringComparison.Ordinal) && verb.Length > 0;

    private static bool TakesEndpoint(string verb) =>
        verb.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(
            (Command)CommandLine.Root(TextWriter.Null, TextWriter.Null, TimeProvider.System),
            (above, name) => above.Subcommands.First(below => below.Name == name))
            .Options.Any(option => option.Name == "--endpoint");

    /// <summary>Runs the command and returns its one sentence.</summary>
    private static async Task<string> AssertOneSentenceAsync(string[] arguments, int[] codes)
    {
        CommandRun run = await CommandRun.OfAsync(new HurriedClock(times: 20), arguments).WaitAsync(TimeSpan.FromMinutes(5), Cancelled);

        // What datasets check finds is its result, and stands on standard output.
        if (arguments is ["datasets", "check", ..])
            run = run with { Error = run.Error + run.Output };
        string place = $"calibrate {string.Join(' ', arguments)}: {run.ExitCode}\n{run.Error}";
        Assert.True(codes.Contains(run.ExitCode), place);
        string[] lines =
        [
            .. run.Error.Trim().Split('\n').Where(line =>
                !line.StartsWith("Measuring ", StringComparison.Ordinal)
                    && !line.EndsWith("had ended: nothing is left to measure.", StringComparison.Ordinal)),
        ];
        Assert.True(lines is [{ Length: > 10 and < 700 }], place);
        Assert.DoesNotContain("   at ", run.Error + run.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("Exception|Object reference|Unexpected|Value cannot be null", run.Error);
        return run.Error;
    }

    private static void Break(string folder, string file, string? content)
    {
        string path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (content is null)
            File.Delete(path);
        else if (content is "TASKS" or "PLAN")
            File.WriteAllText(
                path,
                System.Text.RegularExpressions.Regex.Replace(
                    File.ReadAllText(path),
                    content == "TASKS" ? "\"tasks\": \\[" : "\"plan\": \\{",
                    content == "TASKS" ? "\"tasks\": null, \"others\": [" : "\"plan\": 5, \"others\": {"));
        else
            File.WriteAllText(path, content);
    }

    private static IEnumerable<string> Leaves(Command command, string path)
    {
        if (command.Action is not null)
            yield return path;
        foreach (string below in command.Subcommands.SelectMany(verb => Leaves(verb, $"{path} {verb.Name}".Trim())))
            yield return below;
    }
}
