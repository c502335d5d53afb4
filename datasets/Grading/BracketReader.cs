using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>
/// Reads sequences of brackets, without blanks. Only the missing rest is the answer; the complete sequence is another one.
/// </summary>
internal static partial class BracketReader
{
    /// <summary>The reader of brackets.</summary>
    public static AnswerReader Reader { get; } = new(Statements, Fallback);

    /// <summary>Brackets in canonical form, without blanks, commas and quotes between them; null where the text holds anything
    /// else.</summary>
    public static string? Canonical(string text)
    {
        string brackets = string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not (',' or ';' or '`' or '"' or '\'')));
        return brackets.Length > 0 && brackets.All(IsBracket) ? brackets : null;
    }

    private static IEnumerable<Reading> Statements(string text)
    {
        IEnumerable<Reading> announced = Labels.Lists(
            text, start => RunHere().Match(text, start) is { Success: true } match ? Read(match.Groups["run"]) : null);
        return Boxed(text) is { } box ? announced.Prepend(box) : announced;
    }

    // A box of brackets is not balanced: it reaches to the last closing brace of its line.
    private static Reading? Boxed(string text)
    {
        if (Box.Last(text, empty: true) is not { } box) return null;
        int start = box.Start;
        int line = text.IndexOf('\n', start);
        int end = line < 0 ? text.Length : line;
        int close = end == start ? -1 : text.LastIndexOf('}', end - 1, end - start);
        return close < 0
            ? new(box.Position, text.Length, null, false)
            : new(box.Position, close + 1, Canonical(WithoutLatex(text[start..close])), true);
    }

    // A response that states nothing is searched for the last brackets that stand alone, near its end.
    private static Reading? Fallback(string text)
    {
        int from = Math.Max(0, text.Length - FarthestBack);
        Match run = LastRun().Match(text[from..]);
        if (!run.Success) return null;
        Reading found = Read(run);
        return found with { Position = found.Position + from, End = found.End + from };
    }

    private static Reading Read(Capture run) => new(run.Index, run.Index + run.Value.TrimEnd().Length, Canonical(run.Value), false);

    private static string WithoutLatex(string content) => Latex().Replace(TextCommand().Replace(content, "$1"), "")
        .Replace(@"\langle", "<", StringComparison.Ordinal)
        .Replace(@"\rangle", ">", StringComparison.Ordinal)
        .Replace(@"\lt", "<", StringComparison.Ordinal)
        .Replace(@"\gt", ">", StringComparison.Ordinal)
        .Replace("\\", "", StringComparison.Ordinal)
        .Trim(' ', '$', '`', '*', '"', '\'', '.', '~');

    private static bool IsBracket(char c) => c is '(' or ')' or '[' or ']' or '{' or '}' or '<' or '>';

    private const int FarthestBack = 2000;

    [GeneratedRegex(@"\\(?:left|right|text|mathrm|[,;:! ])")]
    private static partial Regex Latex();

    [GeneratedRegex(@"^\s*\\(?:text|texttt|mathrm|mathtt)\s?\{(.*)\}\s*$")]
    private static partial Regex TextCommand();

    // Brackets that touch a word belong to the prose.
    private const string Alone = @"(?<![\w.,;!?)\]}>(\[{<])[()\[\]{}<>](?:[ \t,;`""']*[()\[\]{}<>])*(?![\w()\[\]{}<>])";

    [GeneratedRegex(@"\G[ \t\r\n:*`""'$]*(?<run>" + Alone + ")")]
    private static partial Regex RunHere();

    [GeneratedRegex(Alone, RegexOptions.RightToLeft)]
    private static partial Regex LastRun();
}
