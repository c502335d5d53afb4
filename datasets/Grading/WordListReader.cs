using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Reads lists of words in order. Commas, numbering, bullets, arrows and quotes count as blanks; case does not matter.</summary>
internal static partial class WordListReader
{
    /// <summary>The reader of word lists.</summary>
    public static AnswerReader Reader { get; } = new(Statements, Fallback);

    /// <summary>A list in canonical form: lower-case words with one blank between them.</summary>
    public static string Canonical(string list) => string.Join(' ', Tokens(list));

    /// <summary>Whether two canonical lists are equal; an "and" before the last word may be a conjunction.</summary>
    public static bool AreEqual(string answer, string gold) =>
        answer == gold || (Conjunction().Replace(answer, " ") is { } without && without == gold);

    private static IEnumerable<Reading> Statements(string text)
    {
        foreach (Box box in Box.Find(text))
            yield return Read(box.Position, box.End, box.Closed ? PlainText.WithoutLatex(box.Content) : "", box.Closed);
        foreach ((int position, int start) in Phrase.Lists(text))
        {
            (int end, string list) = Listed(text, start);
            if (list.Contains(@"\boxed", StringComparison.Ordinal)) continue;
            if (Tokens(list).Count > 1 || list.Length > 0) yield return Read(position, end, list, false);
        }
    }

    private static Reading? Fallback(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        if (Item().IsMatch(line))
        {
            int block = start;
            while (block > 0)
            {
                (int before, string previous) = PlainText.LastLine(text[..block]);
                if (!Item().IsMatch(previous) || before == block) break;
                block = before;
            }

            return Read(block, start + line.Length, text[block..(start + line.Length)], false);
        }

        return line.Length == 0 ? null : Read(start, start + line.Length, line, false);
    }

    // The rest of the line, or the lines up to the next blank one where the announcement ends its own line.
    private static (int End, string List) Listed(string text, int start)
    {
        int line = text.IndexOf('\n', start);
        int end = line < 0 ? text.Length : line;
        if (line >= 0 && text.AsSpan(start, end - start).Trim([.. " \t\r*_:"]).IsEmpty)
        {
            int from = line;
            while (from < text.Length && char.IsWhiteSpace(text[from])) from++;
            Match blank = BlankLine().Match(text, from);
            end = blank.Success ? blank.Index : text.Length;
        }

        return (end, text[start..end].Trim());
    }

    private static Reading Read(int position, int end, string list, bool closed) =>
        new(position, end, Tokens(list) is { Count: > 0 } words ? string.Join(' ', words) : null, closed);

    private static List<string> Tokens(string list) =>
        [.. Separator().Split(Numbering().Replace(list.Replace(@"\&", "&", StringComparison.Ordinal), " "))
            .Select(Bare)
            .Where(word => word.Length > 0)];

    private static string Bare(string token)
    {
        string word = token.Trim('"', '`', '*', '“', '”', '‘', '[', ']', '(', ')', '{', '}', '.', ':', '!', '$', '\\').ToLowerInvariant();
        if (word.Length > 1 && word[0] == '\'' && word[^1] == '\'') word = word[1..^1];
        else if (word.StartsWith('\'') || word.EndsWith('\'')) word = word.Trim('\'');
        return word is "-" or "•" or "→" or "->" or "<" ? "" : word;
    }

    [GeneratedRegex(@"[\s,;|→]+|->|=>|\s<\s")]
    private static partial Regex Separator();

    [GeneratedRegex(@"(?:^|(?<=[\s,]))\(?\d{1,3}[.)](?=\s|$)|^\s*[-*•](?=\s)", RegexOptions.Multiline)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^\s*(?:\d{1,3}[.)]|[-*•])\s")]
    private static partial Regex Item();

    [GeneratedRegex(@" and (?=\S+$)")]
    private static partial Regex Conjunction();

    [GeneratedRegex(@"\n[ \t\r]*\n")]
    private static partial Regex BlankLine();
}
