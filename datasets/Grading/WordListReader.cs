using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

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

    private static IEnumerable<Reading> Statements(string text) =>
        Box.Statements(text, content => Joined(PlainText.WithoutLatex(content)))
            .Concat(Labels.Lists(text, start => Announced(text, start)));

    private static Reading? Announced(string text, int start)
    {
        (int end, string list) = Listed(text, start);
        if (list.Length == 0 || list.Contains(@"\boxed", StringComparison.Ordinal)) return null;
        string bare = WithoutRemark(list);
        return new(start, bare.Length < list.Length ? end - 1 : end, Joined(bare), false);
    }

    // The last line, or the lines up to it that hold one item each; a sentence behind the list is no list.
    private static Reading? Fallback(string text)
    {
        text = ClosingFence().Replace(text, "");
        (int start, string line) = PlainText.LastLine(text);
        for (int i = 0; i < MaxChatLines && start > 0 && IsChat(line); i++)
        {
            text = text[..start];
            (start, line) = PlainText.LastLine(text);
        }

        int end = start + line.Length;
        while (start > 0 && Item().IsMatch(line))
        {
            (int before, string previous) = PlainText.LastLine(text, start);
            ReadOnlySpan<char> gap = text.AsSpan(before + previous.Length, start - before - previous.Length);
            if (!Item().IsMatch(previous) || !gap.Trim(" \t\r").SequenceEqual("\n")) break;
            start = before;
        }

        return end == start ? null : new(start, end, Joined(WithoutRemark(text[start..end])), false);
    }

    // "Let me know if you need more!"
    private static bool IsChat(string line) => Sentence().IsMatch(line) && FunctionWord().Count(line) >= FewestFunctionWords;

    // "ale bun cog (3 words)", "ale bun cog. I checked the order twice."
    private static string WithoutRemark(string list) => Parenthesis().Replace(SentenceBehind().Replace(list, ""), "").TrimEnd();

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

    private static string? Joined(string list) => Tokens(list) is { Count: > 0 } words ? string.Join(' ', words) : null;

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

    private const int MaxChatLines = 3;
    private const int FewestFunctionWords = 2;

    [GeneratedRegex(@"^\s*[A-Z][\w'’]*[ ,].*[.!?:)]\s*$")]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"\b(?:these|are|in|is|this|the|let|me|know|if|you|i|hope|that|here|were|have|been|of|to|all|done|need|anything"
            + @"|please|for|words|list|sorted|order|ordered|it|was|and|so)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex FunctionWord();

    [GeneratedRegex(@"\s*\((?:\d+\s+words?|[^()\n]*\s[^()\n]*)\)\s*[.!]?\s*$")]
    private static partial Regex Parenthesis();

    [GeneratedRegex(@"(?<=[a-z""'`*\])])[.!]\s+(?=[A-Z][a-z'’]*,?\s+\w+).*$", RegexOptions.Singleline)]
    private static partial Regex SentenceBehind();

    [GeneratedRegex(@"[\s,;|→]+|->|=>|\s<\s")]
    private static partial Regex Separator();

    [GeneratedRegex(@"(?:^|(?<=[\s,]))\(?\d{1,3}[.)](?=\s|$)|^\s*[-*•](?=\s)", RegexOptions.Multiline)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"\s*```\w*\s*$")]
    private static partial Regex ClosingFence();

    [GeneratedRegex(@"^\s*(?:(?:\d{1,3}[.)]|[-*•])\s|[^\s:`]+\s*(?:\n|$))")]
    private static partial Regex Item();

    [GeneratedRegex(@" and (?=\S+$)")]
    private static partial Regex Conjunction();

    [GeneratedRegex(@"\n[ \t\r]*\n")]
    private static partial Regex BlankLine();
}
