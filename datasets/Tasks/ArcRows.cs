using System.Collections.Immutable;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>ARC-Challenge's rows: three to five choices, lettered anew, since some items label theirs 1, 2, 3, 4.</summary>
internal static class ArcRows
{
    private const int FewestChoices = 2;
    private const int MaxChoices = 26;

    public static FileLayout Layout { get; } = new(
        ["ARC-Challenge/test-00000-of-00001.parquet", "test-00000-of-00001.parquet", "test.parquet", "test.jsonl",
            "ARC-Challenge/test.jsonl"],
        ["id", "question", "choices.text", "choices.label", "answerKey"]);

    public static IEnumerable<LoadedItem> Read(DatasetTable table) => table.Rows.Select(row =>
    {
        ImmutableArray<string> texts = row.List("choices.text");
        ImmutableArray<string> labels = row.List("choices.label");
        if (labels.Length != texts.Length || texts.Length is < FewestChoices or > MaxChoices)
            throw row.Malformed("choices", $"has {texts.Length} texts and {labels.Length} labels; as many of each were expected");
        int gold = labels.IndexOf(row.NonEmpty("answerKey").Trim());
        if (gold < 0) throw row.Malformed("answerKey", "is none of the item's labels");
        ImmutableArray<string> letters = Prompts.Letters(texts.Length);
        return LoadedItem.Of(new Problem
        {
            Task = "arc",
            Id = row.NonEmpty("id"),
            Prompt = Prompts.Letter(row.NonEmpty("question"), letters, texts),
            Kind = AnswerKind.Choice,
            Gold = ChoiceLetters.WithTwins(letters[gold], letters, texts),
            ChoiceLetters = letters,
            ChoiceTexts = texts,
            ChoiceLabels = ChoiceLetters.Published(labels),
            AnswerCue = Prompts.BoxedCue,
            AnswerTokenLimit = Prompts.WordTokens,
        });
    });
}
