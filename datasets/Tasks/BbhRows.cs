using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Calibration.Datasets.Grading;
using Calibration.Datasets.Grading.Numbers;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// BBH's rows. The kind of an answer follows from the target's form: a letter, one of two words, an integer, a list of words, brackets.
/// </summary>
/// <remarks>
/// Four items cannot be answered by their letters and are excluded: movie_recommendation/163, ruin_names/99 and ruin_names/144,
/// whose options were split at commas, and snarks/88, which has one option. The rule finds them by their form.
/// </remarks>
internal static partial class BbhRows
{
    public static IEnumerable<LoadedItem> Read(DatasetTable table)
    {
        string task = BbhFiles.TaskOf(table.Path);
        return table.Rows.Select(row => Item(task, row));
    }

    private static LoadedItem Item(string task, DatasetRow row)
    {
        string id = FormattableString.Invariant($"{task}/{row.Number}");
        string input = row.NonEmpty("input").Trim();
        string target = row.NonEmpty("target").Trim();
        Problem empty = new()
        {
            Task = "bbh",
            Id = id,
            Prompt = "",
            Kind = AnswerKind.Words,
            Gold = [],
            AnswerCue = Prompts.BoxedCue,
            AnswerTokenLimit = Prompts.WordTokens,
        };
        MatchCollection options = Option().Matches(input);
        if (options.Count > 0) return Lettered(empty, input, target, options);
        if (task != "word_sorting" && BooleanWords.PairOf(target) is { } pair)
            return LoadedItem.Of(
                empty with
                {
                    Prompt = Prompts.Boolean(input, pair.Yes, pair.No),
                    Kind = AnswerKind.Boolean,
                    Gold = [BooleanWords.Canonical(target)!],
                });
        if (ExactNumber.Parse(target) is { } number)
            return LoadedItem.Of(
                empty with
                {
                    Prompt = Prompts.Number(input),
                    Kind = AnswerKind.Number,
                    Gold = [number.ToString()],
                    AnswerTokenLimit = Prompts.NumberTokens,
                });
        return LoadedItem.Of(Open(empty, input, target));
    }

    private static Problem Open(Problem empty, string input, string target) => BracketReader.Canonical(target) is { } brackets
        ? empty with
        {
            Prompt = Prompts.Brackets(input),
            Kind = AnswerKind.Brackets,
            Gold = [brackets],
            AnswerCue = Prompts.OpenCue,
            AnswerTokenLimit = Prompts.BracketTokens,
        }
        : empty with
        {
            Prompt = Prompts.WordList(input),
            Kind = AnswerKind.Words,
            Gold = [WordListReader.Canonical(target)],
            AnswerCue = Prompts.OpenCue,
            AnswerTokenLimit = Prompts.WordListTokens,
        };

    private static LoadedItem Lettered(Problem empty, string input, string target, MatchCollection options)
    {
        ImmutableArray<string> letters = [.. options.Select(option => option.Groups["letter"].Value)];
        if (letters.Length < 2) return LoadedItem.Excluded(empty.Id, "has one option");
        string gold = target.Trim('(', ')');
        if (!letters.Contains(gold)) return LoadedItem.Excluded(empty.Id, "its target is none of its options' letters");
        ImmutableArray<string> texts = [.. options.Select(option => option.Groups["text"].Value.Trim())];
        return LoadedItem.Of(empty with
        {
            Prompt = Prompts.Letter(input),
            Kind = AnswerKind.Choice,
            Gold = ChoiceLetters.WithTwins(gold, letters, texts),
            ChoiceLetters = letters,
            ChoiceTexts = texts,
        });
    }

    [GeneratedRegex(@"^\((?<letter>[A-Z])\)(?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Option();
}
