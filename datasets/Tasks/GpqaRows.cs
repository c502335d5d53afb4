using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// GPQA's rows: four choices, ordered anew for each item by a hash of its own id, so that the order is the same everywhere.
/// </summary>
internal static class GpqaRows
{
    private const string Correct = "Correct Answer";
    private static readonly ImmutableArray<string> Answers = [Correct, "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"];

    public static FileLayout Layout { get; } = new(
        ["gpqa_main.csv", "gpqa_diamond.csv", "gpqa_extended.csv"],
        ["Question", .. Answers, "Record ID"]);

    public static IEnumerable<LoadedItem> Read(DatasetTable table) => table.Rows.Select(row =>
    {
        string id = row.NonEmpty("Record ID").Trim();
        ImmutableArray<string> order = [.. Answers.OrderBy(answer => Rank(id, answer), StringComparer.Ordinal)];
        ImmutableArray<string> letters = Prompts.Letters(order.Length);
        ImmutableArray<string> texts = [.. order.Select(answer => row.NonEmpty(answer).Trim())];
        return LoadedItem.Of(new Problem
        {
            Task = "gpqa",
            Id = id,
            Prompt = Prompts.Letter(row.NonEmpty("Question").Trim(), letters, texts),
            Kind = AnswerKind.Choice,
            Gold = ChoiceLetters.WithTwins(letters[order.IndexOf(Correct)], letters, texts),
            ChoiceLetters = letters,
            ChoiceTexts = texts,
            AnswerCue = Prompts.BoxedCue,
            AnswerTokenLimit = Prompts.WordTokens,
        });
    });

    private static string Rank(string id, string answer) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id}|{answer}")));
}
