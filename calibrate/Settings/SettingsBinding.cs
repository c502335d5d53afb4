using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>Reads a parsed command line into records, and collects every fault on the way.</summary>
internal sealed class SettingsBinding(RunOptions options, ParseResult parsed, TimeProvider clock)
{
    /// <summary>A longer name does not fit over a figure.</summary>
    private const int LongestLabel = 60;

    private static readonly EndpointSettings Default = new();

    private readonly List<string> _faults = [];

    /// <summary>The settings of a new run.</summary>
    /// <param name="point">The options of the operating point; null for a verb without them.</param>
    /// <exception cref="UserFault">Options are wrong; the message has a line for each fault.</exception>
    internal RunSettings Bind(OperatingPointOptions? point)
    {
        var settings = new RunSettings
        {
            Endpoint = Endpoint(),
            Problems = Problems(),
            Plan = Checked(() => Plan(), new RunPlan()),
            Budgets = Checked(() => OptionText.BudgetSettings(Given(options.Budgets), options.Budgets.Name), []),
            Point = point is null ? new OperatingPoint() : Checked(() => point.Read(parsed), new OperatingPoint()),
            Label = Checked(Label, null),
            Hours = parsed.GetValue(options.Hours),
            Deadline = parsed.GetValue(options.Deadline),
            AcceptMissing = parsed.GetValue(options.AcceptMissing),
            Shapes = [.. parsed.ValueOr(options.Shape, null!) ?? []],
        };
        _ = Checked(() => OptionText.Shapes(settings.Shapes), null!);
        _ = Checked(() => TimeLimits.Of(settings, clock), null);
        _faults.AddRange(settings.Plan.SettingFaults());
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
        ImmutableArray<string> addresses = Checked(() => Addresses(Given(options.Endpoint)), []);
        if (!addresses.IsEmpty && parsed.GetValue(options.Pace))
            _faults.Add("--pace is for the embedded endpoint, and --endpoint names another: leave one out.");
        if (!addresses.IsEmpty && parsed.ValueOr(options.Truth, null) is not null)
            _faults.Add("--truth is for the embedded endpoint, and --endpoint names another: leave one out.");
        if (parsed.GetValue(options.ApiKeyEnv) is not null && parsed.GetValue(options.ApiKeyFile) is not null)
            _faults.Add("--api-key-env and --api-key-file exclude each other: name one.");
        if (parsed.GetValue(options.Context) is < 1)
            _faults.Add("--context must be at least 1.");
        return new EndpointSettings
        {
            Addresses = addresses,
            Model = parsed.GetValue(options.Model),
            ApiKeyEnv = parsed.GetValue(options.ApiKeyEnv),
            ApiKeyFile = parsed.GetValue(options.ApiKeyFile),
            Profile = parsed.GetValue(options.Profile),
            ContextTokens = parsed.GetValue(options.Context),
            IdleLimitSeconds = Ranged(
                options.IdleLimit, Default.IdleLimitSeconds, value => value is > 0 and < 1e6, "give a number of seconds above 0"),
            DownLimitMinutes = Ranged(
                options.DownLimit, Default.DownLimitMinutes, value => value is >= 0 and < 1e6, "give a number of minutes, 0 or more"),
            Truth = parsed.ValueOr(options.Truth, null),
            Paced = parsed.GetValue(options.Pace),
        };
    }

    /// <summary>Sampling of every request.</summary>
    internal SamplingSettings Sampling() => new(
        parsed.GetValue(options.Temperature), parsed.GetValue(options.TopP), parsed.GetValue(options.TopK), parsed.GetValue(options.MinP));

    /// <exception cref="UserFault">Faults were found; the message has a line for each.</exception>
    internal void ThrowIfAny()
    {
        if (_faults.Count > 0)
            throw new UserFault(string.Join(Environment.NewLine, _faults.Distinct()));
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
                throw new UserFault($"--endpoint is no address of the form http://host:port/v1 without a password in it{shown}.");
            }
        }

        return given.Select(text => new Uri(text)).Distinct().Count() == given.Length
            ? [.. given]
            : throw new UserFault("--endpoint names one address twice.");
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
        if (parsed.GetValue(options.Samples) && parsed.GetValue(options.Data) is not null)
            _faults.Add("--samples and --data exclude each other: name one.");
        int items = parsed.GetValue(options.Items);
        if (items < 1)
            _faults.Add($"--items is {items}: at least 1 is needed.");
        string? years = parsed.GetValue(options.Years);
        if (years is not null && ProblemYears.TryParse(years) is null)
            _faults.Add($"--years is \"{years}\": give years and spans, such as 2024-2025 or 1990-1999,2025.");
        return new ProblemSettings
        {
            Years = years,
            Data = parsed.GetValue(options.Data),
            Samples = parsed.GetValue(options.Samples),
            Datasets = parsed.GetValue(options.Datasets) is { } names
                ? [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : null,
            OwnTasks = Checked(() => [.. Given(options.Task).Select(OwnTask)], ImmutableArray<TaskFileSetting>.Empty),
            Items = items,
        };
    }

    private static TaskFileSetting OwnTask(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } file] && RunId.Slug(name) == name
            ? new TaskFileSetting(name, file)
            : throw new UserFault($"--task has \"{text}\": give it as NAME=FILE.jsonl with a name of small letters, digits and dashes.");

    private RunPlan Plan() => new()
    {
        PromptFormat = PromptFormatOf(parsed.GetValue(options.PromptFormat)),
        Runs = parsed.GetValue(options.Runs),
        Semantics = parsed.GetValue(options.Semantics) switch
        {
            "exact" => BudgetSemantics.Exact,
            "cap" => BudgetSemantics.Cap,
            var other => throw new UserFault($"--semantics is \"{other}\": it is exact or cap."),
        },
        Sampling = Sampling(),
        Seed = parsed.GetValue(options.Seed),
        Shard = ShardOf(parsed.GetValue(options.Shard)),
        Concurrency = parsed.GetValue(options.Concurrency),
        LatencyItems = parsed.GetValue(options.LatencyItems),
        Independent = parsed.GetValue(options.Independent),
        KeepText = parsed.GetValue(options.KeepText),
    };

    private PromptFormat PromptFormatOf(string? text) => text switch
    {
        "token-ids" when parsed.GetValue(options.Context) is null => PromptFormat.TokenIds,
        "token-ids" => throw new UserFault("--context is for --prompt-format text: other servers report their context length."),
        "text" => PromptFormat.Text,
        var other => throw new UserFault($"--prompt-format is \"{other}\": it is token-ids or text."),
    };

    private string? Label()
    {
        string? label = parsed.GetValue(options.Label)?.Trim();
        return label is null || (label.Length is > 0 and <= LongestLabel && !label.Any(char.IsControl))
            ? label
            : throw new UserFault(
                $"--label is empty, longer than {LongestLabel} characters, or not one line: give a short name, such as "
                + "--label \"Qwen3 8B\".");
    }

    private double Ranged(Option<double> option, double otherwise, Func<double, bool> isInRange, string remedy)
    {
        double value = parsed.ValueOr(option, otherwise);
        if (!isInRange(value))
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {value}: {remedy}."));
        return value;
    }

    private string[] Given(Option<string[]> option) => parsed.GetValue(option) ?? [];

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
