using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Calibration.Calibrate.Planning;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Reads a parsed command line into records, and collects every fault on the way.</summary>
internal sealed class SettingsBinding(RunOptions options, ParseResult parsed, TimeProvider clock)
{
    /// <summary>A longer name does not fit over a figure.</summary>
    private const int LongestLabel = 60;

    private static readonly RunSettings Defaults = new();

    private readonly List<string> _faults = [];

    private PlanFile? _plan;

    /// <summary>What a setting is where no option gives it: the plan's, else the default.</summary>
    private RunSettings From => _plan?.Settings ?? Defaults;

    /// <summary>Where the settings come from that no option gives; null where that is nowhere.</summary>
    internal string? PlanName => _plan?.Name;

    /// <summary>The settings of a new run.</summary>
    /// <param name="point">The options of the operating point; null for a verb without them.</param>
    /// <exception cref="UserFault">Settings are wrong; the message has a line for each fault.</exception>
    internal RunSettings Bind(OperatingPointOptions? point)
    {
        _plan = PlanOf();
        ProblemSettings problems = Problems();
        bool fewerTasks = IsGiven(options.Datasets) || IsGiven(options.Task) || parsed.GetValue(options.Preset) is not null;
        Predicate<string?> isMeasured = fewerTasks ? task => task is null || PlanBuilding.Measures(problems, task) : _ => true;
        bool newLimit = IsGiven(options.Hours) || IsGiven(options.Deadline);
        var settings = new RunSettings
        {
            Endpoint = Endpoint(),
            Problems = problems,
            Plan = Checked(() => Plan(), new RunPlan()),
            Budgets = Checked(() => Budgets(isMeasured), []),
            Point = Checked(() => (point ?? new OperatingPointOptions()).Read(parsed, From.Point), new OperatingPoint()),
            Label = Checked(Label, null),
            Hours = newLimit ? parsed.GetValue(options.Hours) : From.Hours,
            Deadline = newLimit ? parsed.GetValue(options.Deadline) : From.Deadline,
            AcceptMissing = Value(options.AcceptMissing, From.AcceptMissing),
            Shapes = [.. Value(options.Shape, [.. From.Shapes.Where(shape => isMeasured(shape.Split('=')[0]))])],
        };
        _ = Checked(() => OptionText.Shapes(settings.Shapes), null!);
        _ = Checked(() => TimeLimits.Of(settings, clock), null);
        _faults.AddRange(settings.Plan.SettingFaults());
        if (settings.Point.Shares.Keys.FirstOrDefault(task => !PlanBuilding.Measures(problems, task)) is { } unmeasured)
            _faults.Add($"{{Mix}} has {unmeasured}, which is not measured: give the shares of the tasks that are.");
        ThrowIfAny();
        return settings;
    }

    /// <summary>The notes by key.</summary>
    internal ImmutableSortedDictionary<string, string> Notes() => (parsed.GetValue(options.Note) ?? []).Select(text =>
        text.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 } value]
            ? KeyValuePair.Create(key, value)
            : throw new UserFault($"--note has \"{text}\": give it as KEY=VALUE.")).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>How the model is reached.</summary>
    internal EndpointSettings Endpoint()
    {
        EndpointSettings from = From.Endpoint;
        bool newKey = IsGiven(options.ApiKeyEnv) || IsGiven(options.ApiKeyFile);
        var settings = new EndpointSettings
        {
            Addresses = Checked(() => Addresses(Value(options.Endpoint, [.. from.Addresses])), []),
            Model = Value(options.Model, from.Model),
            ApiKeyEnv = newKey ? parsed.GetValue(options.ApiKeyEnv) : from.ApiKeyEnv,
            ApiKeyFile = newKey ? parsed.GetValue(options.ApiKeyFile) : from.ApiKeyFile,
            Profile = Value(options.Profile, from.Profile),
            ContextTokens = Value(options.Context, from.ContextTokens),
            IdleLimitSeconds = Value(options.IdleLimit, from.IdleLimitSeconds),
            DownLimitMinutes = Value(options.DownLimit, from.DownLimitMinutes),
            Truth = Value(options.Truth, from.Truth),
            Paced = Value(options.Pace, from.Paced),
        };
        if (!settings.Addresses.IsEmpty && settings.Paced)
            _faults.Add("{Pace} is for the embedded endpoint, and {Endpoint} names another: leave one out.");
        if (!settings.Addresses.IsEmpty && settings.Truth is not null)
            _faults.Add("{Truth} is for the embedded endpoint, and {Endpoint} names another: leave one out.");
        if (settings.ApiKeyEnv is not null && settings.ApiKeyFile is not null)
            _faults.Add("{ApiKeyEnv} and {ApiKeyFile} exclude each other: name one.");
        if (settings.ContextTokens is < 1)
            _faults.Add("{Context} must be at least 1.");
        if (settings.IdleLimitSeconds is not (> 0 and < 1e6))
            _faults.Add(FormattableString.Invariant($"{{IdleLimit}} is {settings.IdleLimitSeconds}: give a number of seconds above 0."));
        if (settings.DownLimitMinutes is not (>= 0 and < 1e6))
            _faults.Add(FormattableString.Invariant($"{{DownLimit}} is {settings.DownLimitMinutes}: give a number of minutes, 0 or more."));
        return settings;
    }

    /// <summary>Sampling of every request.</summary>
    internal SamplingSettings Sampling()
    {
        SamplingSettings from = From.Plan.Sampling;
        return new SamplingSettings(
            Value(options.Temperature, from.Temperature),
            Value(options.TopP, from.TopP),
            Value(options.TopK, from.TopK),
            Value(options.MinP, from.MinP));
    }

    /// <exception cref="UserFault">Faults were found; the message has a line for each.</exception>
    internal void ThrowIfAny()
    {
        if (_faults.Count > 0)
            throw new UserFault(string.Join(Environment.NewLine, _faults.Select(Named).Distinct()));
    }

    /// <summary>A fault with the place of each setting that it names: the option where one is given, else the field of the plan.</summary>
    private string Named(string fault) => _plan is null ? fault
        : PlanFields.All.Where(field => !IsGiven(field.Setting)).Aggregate(fault, (text, field) =>
            text.Replace($"{{{field.Setting}}}", $"{field.Path} in {_plan.Name}", StringComparison.Ordinal));

    private bool IsGiven(string setting) =>
        OptionNames.In($"{{{setting}}}") is var name && parsed.CommandResult.Children.Any(given =>
            given is OptionResult { Implicit: false } option && option.Option.Name == name);

    private PlanFile? PlanOf()
    {
        string? file = parsed.GetValue(options.Plan), preset = parsed.GetValue(options.Preset);
        if (file is not null && preset is not null)
            throw new UserFault("--plan and --preset exclude each other: name one.");
        return file is not null ? PlanFile.Read(file) : preset is not null ? PlanFile.Preset(preset) : null;
    }

    /// <summary>The addresses as they were given.</summary>
    /// <exception cref="UserFault">One is no address, holds a password, or is there twice.</exception>
    internal static ImmutableArray<string> Addresses(string[] given)
    {
        foreach (string text in given)
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
            {
                string shown = text.Contains('@', StringComparison.Ordinal) ? "" : ": " + text;
                throw new UserFault($"{{Endpoint}} is no address of the form http://host:port/v1 without a password in it{shown}.");
            }
        }

        return given.Select(text => new Uri(text)).Distinct().Count() == given.Length
            ? [.. given]
            : throw new UserFault("{Endpoint} names one address twice.");
    }

    private static Shard ShardOf(string? text)
    {
        if (text is null)
            return Shard.Whole;
        return text.Split('/') is [string first, string second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && index >= 1 && index <= count
            ? new Shard(index, count)
            : throw new UserFault($"--shard is \"{text}\": give it as I/N with I from 1 to N, such as 2/8.");
    }

    private ProblemSettings Problems()
    {
        ProblemSettings from = From.Problems;
        bool newPlace = IsGiven(options.Data) || IsGiven(options.Samples);
        var settings = new ProblemSettings
        {
            Years = Value(options.Years, from.Years),
            Data = newPlace ? parsed.GetValue(options.Data) : from.Data,
            Samples = newPlace ? parsed.GetValue(options.Samples) : from.Samples,
            Datasets = Value(options.Datasets, null) is { } names
                ? [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : from.Datasets,
            OwnTasks = Checked(() => OwnTasks(from), ImmutableArray<TaskFileSetting>.Empty),
            Items = Value(options.Items, from.Items),
        };
        if (settings is { Samples: true, Data: not null })
            _faults.Add("{Samples} and {Data} exclude each other: name one.");
        if (settings.Items < 1)
            _faults.Add($"{{Items}} is {settings.Items}: at least 1 is needed.");
        if (settings.Years is { } years && ProblemYears.TryParse(years) is null)
            _faults.Add($"{{Years}} is \"{years}\": give years and spans, such as 2024-2025 or 1990-1999,2025.");
        return settings;
    }

    private ImmutableArray<TaskFileSetting> OwnTasks(ProblemSettings from) => IsGiven(options.Task)
        ? [.. parsed.GetValue(options.Task)!.Select(OwnTask)]
        : from.OwnTasks.FirstOrDefault(own => RunId.Slug(own.Task) != own.Task) is { } wrong
            ? throw new UserFault($"{{Task}} names a task \"{wrong.Task}\": use small letters, digits and dashes.")
            : from.OwnTasks;

    private static TaskFileSetting OwnTask(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } file] && RunId.Slug(name) == name
            ? new TaskFileSetting(name, file)
            : throw new UserFault($"--task has \"{text}\": give it as NAME=FILE.jsonl with a name of small letters, digits and dashes.");

    private RunPlan Plan() => From.Plan with
    {
        PromptFormat = PromptFormatOf(IsGiven(options.PromptFormat) ? parsed.GetValue(options.PromptFormat) : null),
        Runs = Value(options.Runs, From.Plan.Runs),
        Semantics = (IsGiven(options.Semantics) ? parsed.GetValue(options.Semantics) : null) switch
        {
            null => From.Plan.Semantics,
            "exact" => BudgetSemantics.Exact,
            "cap" => BudgetSemantics.Cap,
            var other => throw new UserFault($"--semantics is \"{other}\": it is exact or cap."),
        },
        Sampling = Sampling(),
        Seed = Value(options.Seed, From.Plan.Seed),
        Shard = IsGiven(options.Shard) ? ShardOf(parsed.GetValue(options.Shard)) : From.Plan.Shard,
        Concurrency = Value(options.Concurrency, From.Plan.Concurrency),
        LatencyItems = Value(options.LatencyItems, From.Plan.LatencyItems),
        Independent = Value(options.Independent, From.Plan.Independent),
        KeepText = Value(options.KeepText, From.Plan.KeepText),
    };

    private PromptFormat PromptFormatOf(string? text)
    {
        PromptFormat format = text switch
        {
            null => From.Plan.PromptFormat,
            "token-ids" => PromptFormat.TokenIds,
            "text" => PromptFormat.Text,
            _ => throw new UserFault($"--prompt-format is \"{text}\": it is token-ids or text."),
        };
        return format == PromptFormat.Text || Value(options.Context, From.Endpoint.ContextTokens) is null
            ? format
            : throw new UserFault("{Context} is for {PromptFormat} text: other servers report their context length.");
    }

    /// <summary>An option for all tasks replaces the plan's budgets; one for a task replaces that task's.</summary>
    private ImmutableArray<BudgetSetting> Budgets(Predicate<string?> isMeasured)
    {
        ImmutableArray<BudgetSetting> given = OptionText.BudgetSettings(Value(options.Budgets, []), options.Budgets.Name);
        if (given.Any(setting => setting.Task is null))
            return given;
        return
        [
            .. from planned in From.Budgets
               where isMeasured(planned.Task)
               select planned with { Budgets = [.. planned.Budgets.Distinct().Order()] },
            .. given,
        ];
    }

    private string? Label()
    {
        string? label = Value(options.Label, From.Label)?.Trim();
        return label is null || (label.Length is > 0 and <= LongestLabel && !label.Any(char.IsControl))
            ? label
            : throw new UserFault(
                $"{{Label}} is empty, longer than {LongestLabel} characters, or not one line: give a short name, such as "
                + "{Label} \"Qwen3 8B\".");
    }

    private bool IsGiven(Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };

    /// <summary>The option's value where it is given; else the other.</summary>
    private T Value<T>(Option<T> option, T otherwise) => IsGiven(option) ? parsed.GetValue(option)! : otherwise;

    private T Checked<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (UserFault fault)
        {
            _faults.Add(fault.Message);
            return otherwise;
        }
    }
}
