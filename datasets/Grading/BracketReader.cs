using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Reads sequences of brackets, without blanks. Only the missing rest is the answer; the whole sequence is another one.</summary>
internal static partial class BracketReader
{
    /// <summary>The reader of brackets.</summary>
    public static AnswerReader Reader { get; } = new(Statements, Fallback);

    /// <summary>Brackets in canonical form; null where the text holds anything else.</summary>
    public static string? Canonical(string text)
    {
        string brackets = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return brackets.Length > 0 && brackets.All(IsBracket) ? brackets : null;
    }

    // A box of brackets is not balanced: it reaches to the last closing brace of its line.
    private static IEnumerable<Reading> Statements(string text)
    {
        foreach (Match box in Boxed().EnumerateAll(text))
        {
            Group content = box.Groups["content"];
            yield return new(box.Index, box.Index + box.Length, Canonical(WithoutLatex(content.Value)), true);
        }

        foreach ((int position, int start) in Phrase.Lists(text))
        {
            Match run = Run().Match(text, start);
            if (run.Success && text.AsSpan(start, run.Index - start).Trim(" \t\r\n:*`\"'$").IsEmpty)
                yield return Read(position, run);
        }

        foreach (Match open in Unclosed().EnumerateAll(text)) yield return new(open.Index, text.Length, null, false);
    }

    private static Reading? Fallback(string text)
    {
        Match run = LastRun().Match(text);
        return run.Success ? Read(run.Index, run) : null;
    }

    private static Reading Read(int position, Match run) =>
        new(position, run.Index + run.Value.TrimEnd().Length, Canonical(run.Value), false);

    private static string WithoutLatex(string content) => Latex().Replace(content, "")
        .Replace(@"\langle", "<", StringComparison.Ordinal)
        .Replace(@"\rangle", ">", StringComparison.Ordinal)
        .Replace(@"\lt", "<", StringComparison.Ordinal)
        .Replace(@"\gt", ">", StringComparison.Ordinal)
        .Replace("\\", "", StringComparison.Ordinal)
        .Trim(' ', '$', '`', '*', '"', '\'', '.', '~');

    private static bool IsBracket(char c) => c is '(' or ')' or '[' or ']' or '{' or '}' or '<' or '>';

    [GeneratedRegex(@"\\boxed\s?\{(?<content>[^\n]*)\}")]
    private static partial Regex Boxed();

    [GeneratedRegex(@"\\boxed\s?\{(?![^\n]*\})")]
    private static partial Regex Unclosed();

    [GeneratedRegex(@"\\(?:left|right|text|mathrm|[,;:! ])")]
    private static partial Regex Latex();

    // Brackets that touch a word belong to the prose.
    private const string Alone = @"(?<![\w.,;!?)\]}>(\[{<])[()\[\]{}<>][()\[\]{}<> \t]*(?![\w()\[\]{}<>])";

    [GeneratedRegex(Alone)]
    private static partial Regex Run();

    [GeneratedRegex(Alone, RegexOptions.RightToLeft)]
    private static partial Regex LastRun();
}
