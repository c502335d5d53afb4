using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Calibration.Datasets.Grading;
using Calibration.Datasets.Grading.Numbers;
using Calibration.Datasets.Loading;
using Calibration.Datasets.Tasks;

namespace Calibration.Datasets;

/// <summary>One line of responses to grade.</summary>
internal sealed partial record GivenResponse(
    string Place,
    string Id,
    string Response,
    bool Truncated,
    ImmutableArray<string> Gold,
    ImmutableArray<string> Choices,
    ImmutableArray<string> Labels)
{
    // BBH's longest list of options has 18.
    private const int MaxBbhOptions = 18;

    /// <summary>The filter of lm-evaluation-harness that the line is of; empty elsewhere.</summary>
    public string Filter { get; private init; } = "";

    private string GoldField { get; init; } = "gold";

    /// <summary>
    /// Reads a line; its errors name the line, counted from 1. Only a line of lm-evaluation-harness can have several responses.
    /// </summary>
    public static ImmutableArray<GivenResponse> Read(string line, int number)
    {
        string place = FormattableString.Invariant($"Line {number}");
        using JsonDocument document = Parsed(line, place);
        Dictionary<string, object> values = JsonRows.Flatten(document.RootElement, place);
        if (LmEvalSample.Is(document.RootElement))
            return Of(LmEvalSample.Read(document.RootElement, place), values, place);
        return
        [
            new(
                place,
                Text(values, "id", place),
                Text(values, "response", place),
                IsTruncated(values, place),
                List(values, "gold"),
                values.ContainsKey("choices.text") ? List(values, "choices.text") : List(values, "choices"),
                List(values, "choices.label")),
        ];
    }

    /// <summary>Of several repetitions each has its number in the id, from 0.</summary>
    private static ImmutableArray<GivenResponse> Of(LmEvalSample sample, Dictionary<string, object> values, string place) =>
    [
        .. sample.Responses.Select((response, repetition) => new GivenResponse(
            place,
            sample.Responses.Length == 1 ? sample.Id : FormattableString.Invariant($"{sample.Id}/{repetition}"),
            response,
            Truncated: false,
            [sample.Gold],
            values.ContainsKey("doc.choices.text") ? List(values, "doc.choices.text") : List(values, "doc.choices"),
            List(values, "doc.choices.label"))
        {
            Filter = sample.Filter,
            GoldField = "target",
        }),
    ];

    /// <summary>The problem that the response answers: the known one, with the line's own gold and choices where it brings them.</summary>
    public Problem Problem(string task, Problem? known)
    {
        if (Gold.IsEmpty)
            return known
                ?? throw new DatasetException(
                    $"{Place}: no problem of {task} has the id '{Id}', and the line has no 'gold': give the benchmark's files with "
                        + $"{{Data}}, or a gold.");
        Problem problem = known ?? Unknown(task);
        ImmutableArray<string> letters = Choices.IsEmpty ? problem.ChoiceLetters : Prompts.Letters(Choices.Length);
        ImmutableArray<string> gold = [.. Gold.Select(text => Canonical(problem.Kind, text))];
        if (problem.Kind == AnswerKind.Choice && !gold.All(letters.Contains))
            throw Malformed(GoldField, $"is none of the choices' letters {letters[0]} to {letters[^1]}");
        ImmutableArray<string> texts = Choices.IsEmpty ? problem.ChoiceTexts : Choices;
        if (problem.Kind == AnswerKind.Choice)
            gold = [.. gold.SelectMany(letter => ChoiceLetters.WithTwins(letter, letters, texts)).Distinct()];
        return problem with
        {
            Gold = gold,
            ChoiceLetters = letters,
            ChoiceTexts = texts,
            ChoiceLabels = Labels.IsEmpty ? problem.ChoiceLabels : ChoiceLetters.Published(Labels),
        };
    }

    // "truncated": true, or the server's finish reason: "length", "max_tokens".
    private static bool IsTruncated(Dictionary<string, object> values, string place)
    {
        bool truncated = values.GetValueOrDefault("truncated") switch
        {
            null => false,
            "true" => true,
            "false" => false,
            _ => throw new DatasetException($"{place}, field 'truncated' is neither true nor false. Correct the line."),
        };
        return values.GetValueOrDefault("finish_reason") switch
        {
            null => truncated,
            string reason => truncated || IsLimit(reason.Trim().ToLowerInvariant()),
            _ => throw new DatasetException(
                $"{place}, field 'finish_reason' is not a text; a reason such as \"stop\" or \"length\" was expected. Correct the line."),
        };
    }

    private static bool IsLimit(string reason) => reason is "length" or "max_tokens" or "max_output_tokens" or "model_length";

    private Problem Unknown(string task)
    {
        AnswerKind kind = Kind(task);
        return new()
        {
            Task = task,
            Id = Id,
            Prompt = "",
            Kind = kind,
            Gold = [],
            ChoiceLetters = kind != AnswerKind.Choice ? [] : Prompts.Letters(task switch { "gpqa" => 4, "arc" => 5, _ => MaxBbhOptions }),
            AnswerCue = kind is AnswerKind.Number or AnswerKind.Choice or AnswerKind.Boolean ? Prompts.BoxedCue : Prompts.OpenCue,
            AnswerTokenLimit = Prompts.WordTokens,
        };
    }

    private AnswerKind Kind(string task) => task switch
    {
        "aime" or "gsm8k" => AnswerKind.Number,
        "gpqa" or "arc" => AnswerKind.Choice,
        "cruxeval" => AnswerKind.Literal,
        _ when Letter().IsMatch(Gold[0]) => AnswerKind.Choice,
        _ when BooleanWords.FamilyOf(Gold[0]) is not null => AnswerKind.Boolean,
        _ when ExactNumber.Parse(Gold[0].Trim()) is not null => AnswerKind.Number,
        _ when BracketReader.Canonical(Gold[0]) is not null => AnswerKind.Brackets,
        _ => AnswerKind.Words,
    };

    // ARC's own labels may be numbers.
    private string Canonical(AnswerKind kind, string gold)
    {
        int label = kind == AnswerKind.Choice ? Labels.IndexOf(gold) : -1;
        if (label >= 0) return ((char)('A' + label)).ToString();
        return AnswerGrader.Canonical(kind, gold) ?? throw Malformed(GoldField, $"is not an answer of kind {kind}");
    }

    private DatasetException Malformed(string field, string complaint) => new($"{Place}, field '{field}' {complaint}. Correct the line.");

    private static JsonDocument Parsed(string line, string place)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException error)
        {
            throw new DatasetException($"{place} is not valid JSON; {{\"id\", \"response\"}} was expected.", error);
        }
    }

    private static string Text(Dictionary<string, object> values, string field, string place) => values.GetValueOrDefault(field) as string
        ?? throw new DatasetException($"{place}, field '{field}' is missing; {{\"id\", \"response\"}} was expected.");

    private static ImmutableArray<string> List(Dictionary<string, object> values, string field) => values.GetValueOrDefault(field) switch
    {
        string text => [text],
        ImmutableArray<string> list => list,
        _ => [],
    };

    [GeneratedRegex(@"^\s*\(?[A-Z]\)?\s*$")]
    private static partial Regex Letter();
}
