using Calibration.Datasets.Grading.Numbers;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>GSM8K's rows: the gold number follows the last <c>####</c> of the worked answer.</summary>
internal static class Gsm8kRows
{
    public static FileLayout Layout { get; } = new(
        ["main/test-00000-of-00001.parquet", "test-00000-of-00001.parquet", "test.parquet", "test.jsonl", "gsm8k_test.jsonl"],
        ["question", "answer"]);

    public static IEnumerable<LoadedItem> Read(DatasetTable table) => table.Rows.Select(row => LoadedItem.Of(new Problem
    {
        Task = "gsm8k",
        Id = FormattableString.Invariant($"test/{row.Number}"),
        Prompt = Prompts.Number(row.NonEmpty("question")),
        Kind = AnswerKind.Number,
        Gold = [Gold(row)],
        AnswerCue = Prompts.BoxedCue,
        AnswerTokenLimit = Prompts.NumberTokens,
    }));

    private static string Gold(DatasetRow row)
    {
        string answer = row.NonEmpty("answer");
        int mark = answer.LastIndexOf("####", StringComparison.Ordinal);
        string? gold = mark < 0
            ? null
            : ExactNumber.Parse(answer[(mark + 4)..].Trim().Replace(",", "", StringComparison.Ordinal))?.ToString();
        return gold ?? throw row.Malformed("answer", "has no number after '####'");
    }
}
