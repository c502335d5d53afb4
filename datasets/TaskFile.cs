using System.Collections.Immutable;
using System.Security.Cryptography;
using Calibration.Datasets.Loading;
using Calibration.Datasets.Tasks;

namespace Calibration.Datasets;

/// <summary>One's own task type beside the six benchmarks: a JSON Lines file of problems.</summary>
/// <remarks>
/// A line is <c>{"id", "prompt", "gold", "kind"}</c> with kind <c>number</c>, <c>choice</c>, <c>boolean</c> (yes/no, true/false,
/// valid/invalid), <c>literal</c> (a Python literal) or <c>words</c>. A choice may bring <c>"choices": ["…", …]</c>, which are lettered and
/// added to the prompt; otherwise the prompt's own lines such as <c>A. …</c> or <c>(A) …</c> give its letters, and without such lines it is
/// A to E.
/// </remarks>
public static class TaskFile
{
    /// <summary>Reads a task's problems.</summary>
    /// <param name="name">The task's name in files and figures; not empty and none of the six.</param>
    /// <param name="path">The JSON Lines file.</param>
    /// <returns>The problems and the file with its SHA-256.</returns>
    /// <exception cref="DatasetException">The file is missing or malformed; the message names row and field.</exception>
    public static LoadedBenchmark Load(string name, string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(path);
        if (Benchmarks.Find(name) is not null) throw new DatasetException(
            $"The task name '{name}' is one of the six benchmarks'; choose another.");
        byte[] content = Content(path);
        Utf8Text.Check(path, content);
        List<DatasetRow> rows = [.. JsonRows.Lines(path, content).Select((values, row) => new DatasetRow(path, row, values))];
        if (rows.Count == 0) throw new DatasetException(
            $"{path} contains no problems; one line {{\"id\", \"prompt\", \"gold\", \"kind\"}} per problem was expected.");
        ImmutableArray<Problem> problems = [.. rows.Select(row => Own(name, row))];
        if (problems.GroupBy(problem => problem.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new DatasetException($"{path}: the id '{twice.Key}' occurs {twice.Count()} times; ids must be unique.");
        return new(problems, [new(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(content)))]);
    }

    private static byte[] Content(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The task file '{path}' cannot be read: {error.Message}", error);
        }
    }

    private static Problem Own(string name, DatasetRow row)
    {
        string prompt = row.NonEmpty("prompt");
        AnswerKind kind = Kind(row);
        string gold = AnswerGrader.Canonical(kind, row.Text("gold"))
            ?? throw row.Malformed("gold", $"is not an answer of kind '{row.Text("kind")}'");
        (string Cue, int Tokens) answer = kind switch
        {
            AnswerKind.Number => (Prompts.BoxedCue, Prompts.NumberTokens),
            AnswerKind.Choice or AnswerKind.Boolean => (Prompts.BoxedCue, Prompts.WordTokens),
            AnswerKind.Literal => (Prompts.OpenCue, Prompts.LiteralTokens),
            _ => (Prompts.OpenCue, Prompts.WordListTokens),
        };
        Problem problem = new()
        {
            Task = name,
            Id = row.NonEmpty("id"),
            Prompt = prompt,
            Kind = kind,
            Gold = [gold],
            AnswerCue = answer.Cue,
            AnswerTokenLimit = answer.Tokens,
        };
        return kind == AnswerKind.Choice ? WithChoices(problem, row) : problem;
    }

    private static AnswerKind Kind(DatasetRow row) => row.NonEmpty("kind") switch
    {
        "number" => AnswerKind.Number,
        "choice" => AnswerKind.Choice,
        "boolean" => AnswerKind.Boolean,
        "literal" => AnswerKind.Literal,
        "words" => AnswerKind.Words,
        _ => throw row.Malformed("kind", "is none of number, choice, boolean, literal, words"),
    };

    private static Problem WithChoices(Problem problem, DatasetRow row)
    {
        Problem lettered = ChoiceLetters.Of(row) is { } texts
            ? problem with
            {
                ChoiceTexts = texts,
                ChoiceLetters = Prompts.Letters(texts.Length),
                Prompt = ChoiceLetters.Appended(problem.Prompt, texts),
            }
            : ChoiceLetters.InPrompt(problem);
        return lettered.ChoiceLetters.Contains(problem.Gold[0])
            ? lettered with { Gold = ChoiceLetters.WithTwins(problem.Gold[0], lettered.ChoiceLetters, lettered.ChoiceTexts) }
            : throw row.Malformed("gold", "is none of the choices' letters");
    }
}
