using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Calibration.Datasets.Loading;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>The options of measuring, declared once for <c>run</c>, <c>measure</c> and the bare command.</summary>
internal sealed class RunOptions
{
    /// <summary>A longer name does not fit over a figure.</summary>
    private const int LongestLabel = 60;

    internal Option<string[]> Endpoint { get; } = new("--endpoint") { Description = "Address of an OpenAI-compatible API, such as http://127.0.0.1:8000/v1 (vLLM or llama.cpp); repeated for several servers of one model, which share the accuracy pass. Without it the embedded simulated endpoint starts by itself.", HelpName = "URL", AllowMultipleArgumentsPerToken = false };

    internal Option<string?> Model { get; } = new("--model") { Description = "The model's name on that endpoint; needed where it serves several.", HelpName = "NAME" };

    internal Option<string?> Label { get; } = new("--label") { Description = "A name of one's own for the model, shown in figures, tables, the report and the run's id. Default: the model's name on the endpoint, without folders.", HelpName = "NAME" };

    internal Option<string?> ApiKeyEnv { get; } = new("--api-key-env") { Description = "Environment variable that holds the API key.", HelpName = "VAR" };

    internal Option<string?> ApiKeyFile { get; } = new("--api-key-file") { Description = "File that holds the API key.", HelpName = "FILE" };

    internal Option<string?> Data { get; } = new("--data") { Description = "Folder with the benchmarks' published files (docs/datasets.md).", HelpName = "DIR" };

    internal Option<bool> Samples { get; } = new("--samples") { Description = "Ask the product's own sample problems, also of a real endpoint; every figure then says so." };

    internal Option<string?> Datasets { get; } = new("--datasets") { Description = "Tasks to measure, separated by commas: aime gsm8k gpqa cruxeval bbh arc. Default: all six.", HelpName = "NAMES" };

    internal Option<string[]> Task { get; } = new("--task") { Description = "One's own task as NAME=FILE.jsonl with lines {id, prompt, gold, kind}; may be repeated.", HelpName = "NAME=FILE", AllowMultipleArgumentsPerToken = false };

    internal Option<int> Items { get; } = new("--items") { Description = "Problems a task, drawn by the seed; the paper's 250.", DefaultValueFactory = _ => 250 };

    internal Option<int> Runs { get; } = new("--runs") { Description = "Independent runs of every problem; the paper's 3.", DefaultValueFactory = _ => 3 };

    internal Option<string[]> Budgets { get; } = new("--budgets") { Description = "Budgets in thinking tokens, for all tasks (0,64,256) or for one (aime=0,1024); may be repeated. Default: each task's largest budget, its halvings down to 1/256, and 0.", HelpName = "[TASK=]LIST", AllowMultipleArgumentsPerToken = false };

    internal Option<string> Semantics { get; } = new("--semantics") { Description = "exact: exactly ℓ thinking tokens, an early end is overridden. cap: at most ℓ.", DefaultValueFactory = _ => "exact" };

    internal Option<double> Temperature { get; } = new("--temperature") { Description = "Sampling temperature; the paper's 0.1 (Qwen3's own card names 0.6).", DefaultValueFactory = _ => 0.1 };

    internal Option<double> TopP { get; } = new("--top-p") { Description = "Nucleus mass.", DefaultValueFactory = _ => 0.95 };

    internal Option<int> TopK { get; } = new("--top-k") { Description = "Most likely tokens kept; 0 keeps all.", DefaultValueFactory = _ => 20 };

    internal Option<double> MinP { get; } = new("--min-p") { Description = "Least probability relative to the most likely token.", DefaultValueFactory = _ => 0 };

    internal Option<int> Seed { get; } = new("--seed") { Description = "Seed that the draw of problems and all sampling follow from.", DefaultValueFactory = _ => 1 };

    internal Option<int> Concurrency { get; } = new("--concurrency") { Description = "Maximum number of requests in flight per endpoint in the accuracy pass; fewer while the server is busy or does not answer in time. The latency pass sends one at a time. May be changed with --resume.", DefaultValueFactory = _ => 128 };

    internal Option<double> IdleLimit { get; } = new("--idle-limit") { Description = "Seconds that a stream may be silent; a whole response may take this long plus a time per token that follows from the speed that the server shows.", DefaultValueFactory = _ => RetryPolicy.Overnight.Idle.TotalSeconds };

    internal Option<double> DownLimit { get; } = new("--down-limit") { Description = "Minutes that measuring pauses for an endpoint that is down, before the run ends with the command that resumes it.", DefaultValueFactory = _ => RetryPolicy.Overnight.Down.TotalMinutes };

    internal Option<int> LatencyItems { get; } = new("--latency-items") { Description = "Problems a task in the latency pass.", DefaultValueFactory = _ => 10 };

    internal Option<string?> Profile { get; } = new("--profile") { Description = "How the model delimits its thinking: qwen3, deepseek-r1, plain-text, or a JSON file of one's own (docs/servers.md). Default: detected from its tokenizer and chat template.", HelpName = "NAME|FILE" };

    internal Option<string> Road { get; } = new("--road") { Description = "ids: prompts travel as token ids, budgets are exact. text: for servers that offer only text; every budget is its own request, without a count a trial is Unverified, and budgets are caps: give --semantics cap.", DefaultValueFactory = _ => "ids" };

    internal Option<int?> Context { get; } = new("--context") { Description = "The model's context length in tokens, where a text-only server does not tell it.", HelpName = "TOKENS" };

    internal Option<bool> Independent { get; } = new("--independent") { Description = "Give every budget a thinking trace of its own instead of cutting one: dearer, and uncorrelated." };

    internal Option<string[]> Note { get; } = new("--note") { Description = "What the client cannot see, kept in the manifest, as KEY=VALUE (gpu=\"A100 80GB\"); may be repeated.", HelpName = "KEY=VALUE", AllowMultipleArgumentsPerToken = false };

    internal Option<bool> Pace { get; } = new("--pace") { Description = "Let the embedded endpoint really take its service times." };

    internal Option<string> Out { get; } = new("--out") { Description = "Folder that run folders are made in.", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine("results", "runs") };

    internal Option<double?> Hours { get; } = new("--hours") { Description = "Begin no trace after this many hours; fit and draw what is there. The run can be resumed.", HelpName = "H" };

    internal Option<string?> Deadline { get; } = new("--deadline") { Description = "The same by the clock: the next time it is 07:30, local time.", HelpName = "HH:MM" };

    internal Option<string?> Shard { get; } = new("--shard") { Description = "Do one of n parts of the plan, as in 2/8, for job arrays; calibrate merge puts them together. The first part measures latency.", HelpName = "I/N" };

    internal Option<string?> Resume { get; } = new("--resume") { Description = "Go on with an interrupted run, by its folder; all other options are the run's own.", HelpName = "RUN" };

    internal Option<string[]> AddBudgets { get; } = new("--add-budgets") { Description = "With --resume: budgets to add to that run, also to one that has ended, for all tasks or for one, up to each task's largest (with --independent or --road text any); may be repeated. Only their answers are asked.", HelpName = "[TASK=]LIST", AllowMultipleArgumentsPerToken = false };

    internal Option<bool> RedoLatency { get; } = new("--redo-latency") { Description = "With --resume: measure all service times of that run again, also of one that has ended. The old ones stay in a file of their own and enter no fit." };

    internal Option<bool> AcceptMissing { get; } = new("--accept-missing") { Description = "Fit tasks of which more than 5 % of the trials at a budget are excluded. Their accuracies may be biased; the bounds are printed." };

    internal IEnumerable<Option> All() =>
    [
        Endpoint, Model, Label, ApiKeyEnv, ApiKeyFile, Data, Samples, Datasets, Task, Items, Runs, Budgets, Semantics, Temperature, TopP, TopK, MinP,
        Seed, Concurrency, IdleLimit, DownLimit, LatencyItems, Profile, Road, Context, Independent, Note, Pace, Out, Hours, Deadline, Shard, Resume,
        AddBudgets, RedoLatency,
    ];

    /// <summary>How long measuring may go on, or null where there is no end.</summary>
    internal TimeSpan? TimeLeft(ParseResult parsed, TimeProvider clock)
    {
        if (parsed.GetValue(Hours) is { } hours)
        {
            if (parsed.GetValue(Deadline) is not null)
                throw new UserFault("--hours and --deadline exclude each other: give one.");
            return hours is > 0 and < 1_000 ? TimeSpan.FromHours(hours) : throw new UserFault($"--hours is {hours}: give a number of hours above 0.");
        }

        if (parsed.GetValue(Deadline) is not { } text)
            return null;
        if (!TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
            throw new UserFault($"--deadline is \"{text}\": give a time of day such as 07:30.");
        DateTime now = clock.GetLocalNow().DateTime;
        DateTime then = now.Date + time.ToTimeSpan();
        return (then > now ? then : then.AddDays(1)) - now;
    }

    /// <summary>
    /// The run to go on with and the options that it was started with; for a fresh run null and the options as given. A
    /// run that was only to measure may go on to its fits.
    /// </summary>
    /// <exception cref="UserFault">Budgets are to be added, and no run is named.</exception>
    internal (Resumption? Run, ParseResult Options) Resumed(ParseResult parsed)
    {
        ImmutableArray<string> added = [.. parsed.GetValue(AddBudgets) ?? []];
        if (parsed.GetValue(Resume) is null && parsed.GetValue(RedoLatency))
            throw new UserFault("--redo-latency measures the service times of a run again: name it with --resume RUN.");
        if (parsed.GetValue(Resume) is not { } path)
            return added.IsEmpty ? (null, parsed) : throw new UserFault("--add-budgets adds to a run that is there: name it with --resume RUN, or give a new run's with --budgets.");
        if (WithoutEffect.FirstOf(parsed, Resume, AddBudgets, RedoLatency, AcceptMissing, Concurrency, Hours, Deadline) is { } idle)
            throw new UserFault($"{idle} has no effect with --resume: a run goes on with its own options. Leave it out, or begin a new run without --resume.");
        RunFolder folder = RunFolder.Open(path);
        RunManifest manifest = folder.ReadManifest();
        if (!added.IsEmpty && manifest.Notes.TryGetValue("merged_from", out string? parts))
            throw new UserFault($"{folder.Path} was merged from {parts}: add the budgets to these runs, and then merge them again.");
        IEnumerable<string> arguments = AddedBudgets.Arguments(manifest.Arguments, added).Select((argument, index) => index == 0 && argument == "measure" ? "run" : argument);
        ParseResult own = parsed.RootCommandResult.Command.Parse([.. WithConcurrency(arguments, parsed)]);
        return own.Errors.Count == 0
            ? (new Resumption(folder, added, parsed.GetValue(RedoLatency)), own)
            : throw new UserFault($"{folder.ManifestPath} has arguments that this version cannot read: {UnknownWords.About(own)}");
    }

    /// <summary>How many requests are in flight changes no result: a resumed run may have another number.</summary>
    private IEnumerable<string> WithConcurrency(IEnumerable<string> arguments, ParseResult given)
    {
        if (given.GetResult(Concurrency) is not { Implicit: false })
            return arguments;
        string[] kept = [.. arguments];
        int at = Array.IndexOf(kept, Concurrency.Name);
        string[] without = at < 0 ? kept : [.. kept[..at], .. kept[(at + 2)..]];
        return [.. without, Concurrency.Name, given.GetValue(Concurrency).ToString(CultureInfo.InvariantCulture)];
    }

    /// <summary>The API key from where the user said it is; null where it is nowhere.</summary>
    internal string? ApiKey(ParseResult parsed)
    {
        if (parsed.GetValue(ApiKeyEnv) is not null && parsed.GetValue(ApiKeyFile) is not null)
            throw new UserFault("--api-key-env and --api-key-file exclude each other: name one.");
        if (parsed.GetValue(ApiKeyEnv) is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key
                ? key.Trim()
                : throw new UserFault($"The environment variable {variable} of --api-key-env is not set.");
        }

        if (parsed.GetValue(ApiKeyFile) is not { } file)
            return null;
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text
            ? text
            : throw new UserFault($"The file {file} of --api-key-file is missing or empty.");
    }

    /// <summary>The named endpoints; empty where the embedded one is meant.</summary>
    internal ImmutableArray<Uri> EndpointUris(ParseResult parsed)
    {
        ImmutableArray<Uri> uris = [.. (parsed.GetValue(Endpoint) ?? []).Select(UriOf)];
        return uris.Distinct().Count() == uris.Length ? uris : throw new UserFault("--endpoint names one address twice.");
    }

    private static Uri UriOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            ? uri
            : throw new UserFault($"--endpoint is no address of the form http://host:port/v1 without a password in it{(text.Contains('@', StringComparison.Ordinal) ? "" : ": " + text)}.");

    /// <summary>How long an endpoint is waited for.</summary>
    internal RetryPolicy RetryPolicyOf(ParseResult parsed, CancellationToken deadline)
    {
        double idle = parsed.GetValue(IdleLimit), down = parsed.GetValue(DownLimit);
        if (idle is not (> 0 and < 1e6))
            throw new UserFault($"--idle-limit is {idle}: give a number of seconds above 0.");
        if (down is not (>= 0 and < 1e6))
            throw new UserFault($"--down-limit is {down}: give a number of minutes, 0 or more.");
        return RetryPolicy.Overnight with { Idle = TimeSpan.FromSeconds(idle), Down = TimeSpan.FromMinutes(down), Busy = TimeSpan.FromMinutes(down), Deadline = deadline };
    }

    /// <summary>The named profile, or that of a file; null where it is to be detected.</summary>
    /// <exception cref="UserFault">There is no such profile, or its file has faults; the message has a line for each.</exception>
    internal ModelProfile? ProfileOf(ParseResult parsed) => parsed.GetValue(Profile) is { } name ? ProfileOf(name) : null;

    /// <summary>The profile of a name or a file.</summary>
    /// <exception cref="UserFault">There is no such profile, or its file has faults; the message has a line for each.</exception>
    internal static ModelProfile ProfileOf(string name)
    {
        if (ModelProfile.All.FirstOrDefault(profile => profile.Name == name) is { } known)
            return known;
        if (!File.Exists(name))
            throw new UserFault($"--profile is \"{name}\": it is one of {string.Join(", ", ModelProfile.All.Select(profile => profile.Name))}, or a JSON file that exists.");
        (ModelProfile? profile, ImmutableArray<string> faults) = ProfileFile.Read(Encoding.UTF8.GetString(Utf8Text.Read(name)));
        return profile ?? throw new UserFault(string.Join(Environment.NewLine, faults.Select(fault => $"The profile {name}: {fault}")));
    }

    /// <summary>How prompts travel.</summary>
    internal Road RoadOf(ParseResult parsed) => parsed.GetValue(Road) switch
    {
        "ids" when parsed.GetValue(Context) is null => Results.Road.Ids,
        "ids" => throw new UserFault("--context is for --road text: servers of the other road tell their context."),
        "text" when parsed.GetValue(Context) is < 1 => throw new UserFault("--context must be at least 1."),
        "text" => Results.Road.Text,
        var other => throw new UserFault($"--road is \"{other}\": it is ids or text."),
    };

    /// <summary>Notes by key, in the order of their keys.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Notes(ParseResult parsed) => (parsed.GetValue(Note) ?? []).Select(text =>
        text.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 } value]
            ? KeyValuePair.Create(key, value)
            : throw new UserFault($"--note has \"{text}\": give it as KEY=VALUE."));

    /// <summary>The user's name for the model; null where none was given.</summary>
    internal string? LabelOf(ParseResult parsed)
    {
        string? label = parsed.GetValue(Label)?.Trim();
        return label is null || (label.Length is > 0 and <= LongestLabel && !label.Any(char.IsControl))
            ? label
            : throw new UserFault($"--label is empty, longer than {LongestLabel} characters, or not one line: give a short name, such as --label \"Qwen3 8B\".");
    }

    /// <summary>A folder's or model's name as part of a run's id: letters, digits, dots and dashes only.</summary>
    internal static string Slug(string name) =>
        string.Concat(name.ToLower(CultureInfo.InvariantCulture).Select(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol == '.' ? symbol : '-')).Trim('-', '.');
}
