using System.Globalization;
using System.Text.RegularExpressions;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// AIME's rows: integers from 0 to 999, where leading zeros mean nothing and an item may accept two answers
/// (<c>080 or 081 (both were accepted)</c>).
/// </summary>
/// <remarks>
/// Items that need a drawing are excluded: an <c>[asy]</c> program, leftover image text, or a figure that is mentioned but absent.
/// Problems of old years are likely in every model's training data.
/// </remarks>
internal static partial class AimeRows
{
    public static FileLayout Layout { get; } = new(
        ["AIME_Dataset_1983_2024.csv", "train.csv", "test.csv", "default/train/0000.parquet"],
        ["ID", "Question", "Answer"]);

    public static IEnumerable<LoadedItem> Read(DatasetTable table) => table.Rows.Select(Item);

    private static LoadedItem Item(DatasetRow row)
    {
        string id = row.NonEmpty("ID").Trim();
        string question = row.NonEmpty("Question").Trim();
        if (Drawing().IsMatch(question)) return LoadedItem.Excluded(id, "needs a drawing");
        return LoadedItem.Of(new Problem
        {
            Task = "aime",
            Id = id,
            Prompt = Prompts.Number(question),
            Kind = AnswerKind.Number,
            Gold = [.. Golds(row)],
            AnswerCue = Prompts.BoxedCue,
            AnswerTokenLimit = Prompts.NumberTokens,
        });
    }

    private static IEnumerable<string> Golds(DatasetRow row)
    {
        Match match = Accepted().Match(row.NonEmpty("Answer").Trim());
        if (!match.Success) throw row.Malformed("Answer", "is not an integer from 0 to 999");
        return match.Groups["n"].Captures.Select(number =>
            int.Parse(number.Value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)).Distinct();
    }

    [GeneratedRegex(@"^(?<n>[0-9]{1,3})(?:\s+or\s+(?<n>[0-9]{1,3}))*(?:\s*\(.*\))?$")]
    private static partial Regex Accepted();

    [GeneratedRegex(@"\[asy\]|\[/?img\b|<img\b|\\includegraphics|\.(?:png|gif|jpe?g)\b|\b(?:image|file):|\b(?:shown|pictured|indicated|depicted|sketched)\b[^.]{0,30}\b(?:below|above|here|figure|diagram|picture)\b|\b(?:figure|diagram|picture)\s+(?:below|above|shows|shown)\b|\b(?:accompanying|following|adjoining)\s+(?:figure|diagram|picture)\b|\bin the (?:figure|diagram|picture)\b|\bas (?:in the )?(?:shown|pictured)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Drawing();
}
