using System.Collections.Immutable;
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

    /// <summary>
    /// The items of all files. A problem that an earlier file has too is excluded from the later one, and an id that an earlier file uses
    /// is preceded by the later file's name.
    /// </summary>
    public static IEnumerable<LoadedItem> Read(ImmutableArray<DatasetTable> tables)
    {
        Dictionary<string, string> known = new(StringComparer.Ordinal);
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (DatasetTable table in tables)
        {
            List<Row> rows = [.. Rows(table)];
            string stem = Path.GetFileNameWithoutExtension(table.Path);
            Row[] named = [.. rows.Select(row => ids.Contains(row.Id) ? row with { Id = $"{stem}/{row.Id}" } : row)];
            foreach (Row row in named)
                yield return row.Keys.Select(known.GetValueOrDefault).FirstOrDefault(earlier => earlier is not null) is { } earlier
                    ? LoadedItem.Excluded(row.Id, $"the same problem as {earlier}")
                    : Item(row);
            ids.UnionWith(named.Select(row => row.Id));
            foreach ((string key, string id) in named.SelectMany(row => row.Keys.Select(key => (key, row.Id)))) known.TryAdd(key, id);
        }
    }

    private static IEnumerable<Row> Rows(DatasetTable table)
    {
        AimeColumns columns = AimeColumns.Of(table)!;
        string stem = Path.GetFileNameWithoutExtension(table.Path);
        foreach (DatasetRow row in table.Rows)
        {
            AimeContest contest = AimeContest.Of(table, columns, row);
            string id = columns.Id is null ? $"{stem}/{row.Number}" : row.NonEmpty(columns.Id).Trim();
            yield return new(id, row.NonEmpty(columns.Question).Trim(), Golds(row, columns.Answer), contest);
        }
    }

    private static LoadedItem Item(Row row)
    {
        if (Drawing().IsMatch(row.Question)) return LoadedItem.Excluded(row.Id, "needs a drawing");
        return LoadedItem.Of(new Problem
        {
            Task = "aime",
            Id = row.Id,
            Prompt = Prompts.Number(row.Question),
            Kind = AnswerKind.Number,
            Gold = row.Gold,
            AnswerCue = Prompts.BoxedCue,
            AnswerTokenLimit = Prompts.NumberTokens,
            Year = row.Contest.Year,
        });
    }

    private static ImmutableArray<string> Golds(DatasetRow row, string column)
    {
        Match match = Accepted().Match(row.NonEmpty(column).Trim());
        if (!match.Success) throw row.Malformed(column, "is not an integer from 0 to 999");
        return
        [
            .. match.Groups["n"].Captures.Select(number =>
                int.Parse(number.Value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)).Distinct(),
        ];
    }

    [GeneratedRegex(@"^\$?(?<n>[0-9]{1,3})(?:\.0|°|\^\{?\\circ\}?)?\$?(?:\s+or\s+(?<n>[0-9]{1,3}))*(?:\s*\(.*\))?$")]
    private static partial Regex Accepted();

    [GeneratedRegex(@"\[asy\]|\[/?img\b|<img\b|\\includegraphics|\.(?:png|gif|jpe?g)\b|\b(?:image|file):|\b(?:shown|pictured|indicated|depicted|sketched)\b[^.]{0,30}\b(?:below|above|here|figure|diagram|picture)\b|\b(?:figure|diagram|picture)\s+(?:below|above|shows|shown)\b|\b(?:accompanying|following|adjoining)\s+(?:figure|diagram|picture)\b|\bin the (?:figure|diagram|picture)\b|\bas (?:in the )?(?:shown|pictured)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Drawing();

    /// <summary>A row as read; <c>Keys</c> recognise the same problem in another file.</summary>
    private sealed record Row(string Id, string Question, ImmutableArray<string> Gold, AimeContest Contest)
    {
        public IEnumerable<string> Keys =>
            from key in (string?[])[Contest.Place, string.Concat(Question.Where(char.IsLetterOrDigit)).ToLowerInvariant()]
            where !string.IsNullOrEmpty(key)
            select key;
    }
}
