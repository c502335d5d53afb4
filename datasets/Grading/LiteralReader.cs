using System.Text.RegularExpressions;
using Calibration.Datasets.Python;

namespace Calibration.Datasets.Grading;

/// <summary>
/// Reads Python literals, never running anything: unquoted text and expressions are no answer. Where the model writes <c>f(x) == y</c>,
/// what follows the first <c>==</c> outside quotes and brackets is the answer.
/// </summary>
/// <remarks>
/// Rules, in this order; a later rule never replaces what an earlier one found, since models explain an answer after it:
/// 1. the completed cue, a box, an answer tag, "the answer is": the last of them;
/// 2. <c>f(…) == y</c>: the last one that is no side remark;
/// 3. "the output is", the last; 4. a literal that begins the response; 5. "returns", "evaluates to", the last; 6. "the value is".
/// Without any of them: the complete response, the last code or bold text, the end of the last line.
/// </remarks>
internal static partial class LiteralReader
{
    /// <summary>The reader of literals for a problem whose cue is the call itself.</summary>
    public static AnswerReader For(string cue) => new(text => Statements(text, cue), Fallback);

    /// <summary>A gold answer in canonical form: its <c>repr</c>; null where it is no literal.</summary>
    public static string? Canonical(string gold) => PythonLiteral.Parse(gold)?.Repr;

    private static IEnumerable<Reading> Statements(string text, string cue)
    {
        List<Reading> stated = [.. Labels.Answers(text, start => At(text, start))];
        if (Box.Last(text) is { } box) stated.Add(Boxed(text, box));
        if (text.StartsWith(cue, StringComparison.Ordinal) && At(text, cue.Length) is { } cued) stated.Add(cued with { Position = 0 });
        if (stated.Count > 0) return stated;
        if (Labels.Last(Call(), text, start => IsRemark(text, start) ? null : AfterCall(text, start)).FirstOrDefault() is { } call)
            return [call];
        if (Labels.Outputs(text, start => IsRemark(text, start) ? null : At(text, start)).FirstOrDefault() is { } output) return [output];
        if (Leading(text) is { } leading) return [leading];
        Reading? returned = Labels.Returns(text, start => IsRemark(text, start) ? null : At(text, start)).FirstOrDefault();
        return returned is null ? Labels.Values(text, start => IsRemark(text, start) ? null : At(text, start)) : [returned];
    }

    // "Note that f('') would return ''."
    private static bool IsRemark(string text, int position)
    {
        int from = Math.Max(0, position - FarthestBack);
        string before = text[from..position];
        Match start = SentenceStart().Match(before);
        string sentence = start.Success ? before[(start.Index + start.Length)..] : before;
        return Remark().IsMatch(sentence) || Assertion().IsMatch(sentence);
    }

    // "'ba', which evaluates to True"
    private static Reading? Leading(string text)
    {
        int from = PlainText.SkipDress(text, 0, " \t\r\n*`$");
        if (PythonParser.ParsePrefix(text, from, out int end) is not { } literal || end == from) return null;
        return IsClosed(text[from..end]) && Explained().IsMatch(text, end) ? new(0, end, literal.Repr, true) : null;
    }

    // A closing brace inside quotes does not close the box: first try a literal that the box's brace follows.
    private static Reading Boxed(string text, Box box)
    {
        if (PythonParser.ParsePrefix(text, box.Start, out int end) is { } quoted && ClosingBrace().IsMatch(text, end))
            return new(box.Position, end, quoted.Repr, true);
        if (Content(box.Content) is { } literal) return new(box.Position, box.End, literal.Repr, box.Closed);
        // "\boxed{f(1) == '}'}"
        Match match = Call().Match(text, box.Start);
        Reading? call = match.Success && match.Index == box.Start ? AfterCall(text, box.Start + match.Length) : null;
        return call is null ? new(box.Position, box.End, null, box.Closed) : call with { Position = box.Position };
    }

    private static PythonLiteral? Content(string content)
    {
        string bare = content.Trim(' ', '\n', '\r', '\t', '`', '$', '*');
        string latex = PlainText.WithoutLatex(content);
        return Sentence(bare) ?? Sentence(latex);
    }

    // The full stop of a sentence is no decimal point.
    private static PythonLiteral? Sentence(string text) => Whole(text.TrimEnd('.')) ?? Whole(text);

    // The text after the first top-level ==, or after "f(...) =", or all of it.
    private static PythonLiteral? Whole(string text)
    {
        if (text.Length > LongestLiteral) return null;
        if (PythonLiteral.Parse(text) is { } literal) return literal;
        if (text.Contains('−') && !text.AsSpan().ContainsAny('\'', '"')) return Whole(text.Replace('−', '-'));
        int equality = PythonScan.TopLevel(text, "==");
        if (equality >= 0) return IsStatedBefore(text, equality) ? null : PythonLiteral.Parse(text[(equality + 2)..]);
        Match call = Call().Match(text);
        if (!call.Success || call.Index > 0) return null;
        int end = PythonScan.Closing(text, call.Length);
        Match equals = end < 0 ? Match.Empty : Equals().Match(text, end);
        return equals.Success ? PythonLiteral.Parse(text[(equals.Index + equals.Length)..]) : null;
    }

    // "'ba'. For example f('ab') == 'c'": the equality belongs to a later sentence.
    private static bool IsStatedBefore(string text, int equality) =>
        PythonParser.ParsePrefix(text, 0, out int end) is not null && end > 0 && end < equality && text[end] is '.' or ',' or ';' or '`';

    private static Reading? AfterCall(string text, int arguments)
    {
        int end = PythonScan.Closing(text, arguments);
        if (end < 0) return null;
        Match equals = Equals().Match(text, end);
        return equals.Success ? At(text, equals.Index + equals.Length) : null;
    }

    /// <summary>The literal announced right before a position: in backticks or bold, alone on its line, or followed by prose.</summary>
    private static Reading? At(string text, int start)
    {
        int from = PlainText.SkipDress(text, start, " \t\r\n*`$:");
        Match fence = Language().Match(text, from);
        if (fence.Success) from = PlainText.SkipDress(text, from + fence.Length, " \t\r\n");
        if (TypeName().Match(text, from) is { Success: true } type) from = PlainText.SkipDress(text, from + type.Length, " *`$");
        bool ticks = from > 0 && text[from - 1] == '`';
        int line = text.IndexOfAny(ticks ? ['`', '\n'] : ['\n'], from);
        int end = line < 0 ? text.Length : line;
        string rest = text[from..end].TrimEnd(' ', '\t', '\r', '*', '`', '$');
        if (Sentence(rest) is { } alone)
            return new(start, from + rest.Length, alone.Repr, IsClosed(rest.TrimEnd('.')) || rest.EndsWith('.') || ticks && line >= 0);
        if (PythonParser.ParsePrefix(text, from, out int stop) is not { } literal || stop == from) return null;
        string token = text[from..stop];
        if (token.EndsWith('.') && char.IsAsciiDigit(token[0])) stop--;
        if (!Terminator().IsMatch(text, stop)) return null;
        if (OrElse().Match(text, stop) is { Success: true } or && PythonParser.ParsePrefix(text, or.Index + or.Length, out _) is not null)
            return new(start, stop, null, true);
        return new(start, stop, literal.Repr, IsClosed(token));
    }

    private static Reading? Fallback(string text)
    {
        if (Content(text) is { } whole) return new(0, text.AsSpan().TrimEnd().Length, whole.Repr, IsClosed(text.TrimEnd()));
        int conclusion = ConclusionStart(text);
        Reading? code = Code().EnumerateAll(text)
            .Where(match => match.Index + match.Length > conclusion)
            .Select(match => (match, literal: Content(match.Groups["code"].Value)))
            .Where(found => found.literal is not null)
            .Select(found => new Reading(found.match.Index, found.match.Index + found.match.Length, found.literal!.Repr, true))
            .LastOrDefault();
        return code ?? LastLine(text);
    }

    // The last two lines that are not blank: code before them is the way, not the result.
    private static int ConclusionStart(string text)
    {
        (int last, _) = PlainText.LastLine(text);
        return PlainText.LastLine(text, last).Start;
    }

    // The longest literal that reaches to the end of the last line.
    private static Reading? LastLine(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        string bare = line.TrimEnd('.', '*', ' ', '$');
        int equality = bare.Length > LongestLiteral ? -1 : PythonScan.TopLevel(bare, "==");
        if (equality >= 0)
            return PythonLiteral.Parse(bare[(equality + 2)..]) is { } right
                ? new(start, start + line.Length, right.Repr, IsClosed(bare))
                : null;
        int from = Math.Max(0, bare.Length - LongestLiteral);
        for (int i = from; i < bare.Length; i++)
        {
            if (i > 0 && (!" *$:`=".Contains(bare[i - 1]) || Negated().IsMatch(bare[..i]))) continue;
            if (PythonParser.ParsePrefix(bare, i, out int end) is { } literal && end == bare.Length)
                return new(start + i, start + end, literal.Repr, IsClosed(bare) || line.Length > bare.Length);
        }

        return null;
    }

    private static bool IsClosed(string literal) => literal.Length > 0 && literal[^1] is '\'' or '"' or ']' or ')' or '}';

    [GeneratedRegex(@"(?:\bnot|n['’]t|\bnever|\bthan)\s+[`*]*$", RegexOptions.RightToLeft)]
    private static partial Regex Negated();

    private const int LongestLiteral = 2000;
    private const int FarthestBack = 200;

    [GeneratedRegex(@"[.!?]\s+|\n\s*", RegexOptions.RightToLeft)]
    private static partial Regex SentenceStart();

    // "Note that", "For example,", "If the input were"
    [GeneratedRegex(
        @"^\W*(?:note|notice|for\s+(?:example|instance)|similarly|likewise|in\s+contrast|by\s+contrast|also|if|whereas"
            + @"|e\.g\.|remember|recall|in\s+each|at\s+each|each)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Remark();

    // "The assertion returns True": what is said of the check is no output.
    [GeneratedRegex(@"\b(?:assertion|comparison|check|equality|test)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Assertion();

    // "an integer, 7", "the list [1, 2]"
    [GeneratedRegex(
        @"\G(?:an?|the)\s+(?:\w+\s+)?(?:integer|int|string|str|list|tuple|dict|dictionary|set|boolean|bool|float|number"
            + @"|value|literal)\s*[,:]?\s*(?=['""\[({\d`*$-]|True|False|None)")]
    private static partial Regex TypeName();

    // "[1, 2] or [2, 1]"
    [GeneratedRegex(@"\G[\s`*,]*\bor\b[\s`*]*(?=['""\[({\d])")]
    private static partial Regex OrElse();

    [GeneratedRegex(@"\G[`*]*\s*(?:$|,?\s*\b(?:which|because|since|as|is\s+(?:returned|the))\b|\.?\s*\n|\(|\#)")]
    private static partial Regex Explained();

    [GeneratedRegex(@"(?<![\w.])f\(")]
    private static partial Regex Call();

    [GeneratedRegex(
        @"\G[\s`*$]*(?:==?|→|->|=>|\\rightarrow|\b(?:returns?|is|gives|evaluates to|outputs?|will (?:be|return)|would (?:be"
            + @"|return))\b)(?!=)")]
    private static partial Regex Equals();

    [GeneratedRegex(@"\G(?:python|py|text|output)\s*\n")]
    private static partial Regex Language();

    // Prose may follow a literal; an operator, index or attribute makes it an expression.
    [GeneratedRegex(
        @"\G(?:$|[.,;:!?](?:\s|$|[*`)])|[`)}$\]]|\*\*?(?:\s|$|[.,;])|\s*\n|\s*\[/ANSWER\]|\s*<[/|]|\s+(?:[A-Za-z(#–—]"
            + @"|-\s+[A-Za-z]|$))")]
    private static partial Regex Terminator();

    [GeneratedRegex(@"\G[\s.`$]*\}")]
    private static partial Regex ClosingBrace();

    [GeneratedRegex(
        @"```(?:python|py|text|output)?\s*\n(?<code>[^`]{1,2000})```|(?<!`)`(?<code>[^`\n]{1,2000})`(?!`)"
            + @"|\*\*(?<code>[^*\n]{1,2000})\*\*")]
    private static partial Regex Code();
}
