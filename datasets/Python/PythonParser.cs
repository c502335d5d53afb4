using System.Numerics;

namespace Calibration.Datasets;

/// <summary>Recursive descent over the grammar that <c>ast.literal_eval</c> accepts.</summary>
internal sealed partial class PythonParser
{
    // CPython's tokenizer allows 200 open brackets; beyond it reports "too many nested parentheses".
    private const int DeepestNesting = 200;

    private readonly string text;
    private int position;
    private int depth;

    private PythonParser(string text, int position)
    {
        this.text = text;
        this.position = position;
    }

    /// <summary>The whole text as one literal; a tuple needs no parentheses. Null where it is none.</summary>
    public static PythonLiteral? ParseWhole(string source)
    {
        PythonParser parser = new(source.TrimStart(' ', '\t'), 0);
        if (!parser.SkipLeadingLines()) return null;
        PythonLiteral? value = parser.ExpressionList();
        if (value is null) return null;
        parser.SkipBlanks(lines: true);
        return parser.position == parser.text.Length ? value : null;
    }

    /// <summary>The longest literal that starts at a position, and where it ends. A tuple needs its parentheses.</summary>
    public static PythonLiteral? ParsePrefix(string source, int start, out int end)
    {
        PythonParser parser = new(source, start);
        PythonLiteral? value = parser.Expression();
        end = parser.position;
        return value;
    }

    // Blank and comment lines may come first, but an expression must then start its line.
    private bool SkipLeadingLines()
    {
        int lineStart = 0;
        while (true)
        {
            int at = lineStart;
            while (at < text.Length && text[at] is ' ' or '\t' or '\f') at++;
            if (at < text.Length && text[at] == '#')
            {
                while (at < text.Length && text[at] is not ('\n' or '\r')) at++;
            }

            if (at >= text.Length || text[at] is not ('\n' or '\r'))
            {
                position = at;
                return at < text.Length && text.AsSpan(lineStart, at - lineStart).Trim('\f').IsEmpty;
            }

            lineStart = at + 1;
        }
    }

    private PythonLiteral? ExpressionList()
    {
        PythonLiteral? first = Expression();
        if (first is null) return null;
        SkipBlanks();
        if (!Take(',')) return first;
        List<PythonLiteral> items = [first];
        while (true)
        {
            SkipBlanks();
            if (position >= text.Length || text[position] is '\n' or '\r' or '#') return PythonCollection.Tuple(items);
            if (Expression() is not { } item) return null;
            items.Add(item);
            SkipBlanks();
            if (!Take(',')) return PythonCollection.Tuple(items);
        }
    }

    private PythonLiteral? Expression()
    {
        SkipBlanks();
        if (position >= text.Length) return null;
        char c = text[position];
        if (c is '+' or '-' || c == '.' || char.IsAsciiDigit(c)) return NumberOrEllipsis();
        if (c == '(') return Parenthesised();
        if (c == '[') return Bracketed(']') is { } items ? PythonCollection.List(items) : null;
        if (c == '{') return Braced();
        if (PythonStringParser.StartsAt(text, position, out _)) return Strings();
        return Word();
    }

    private PythonLiteral? Word()
    {
        int end = position;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_' || text[end] > 0x7F)) end++;
        string word = text[position..end];
        int start = position;
        position = end;
        switch (word)
        {
            case "None": return new("N", "None", hashable: true);
            case "True": return new(PythonNumber.Key(BigInteger.One), "True", hashable: true);
            case "False": return new(PythonNumber.Key(BigInteger.Zero), "False", hashable: true);
            case "set":
                SkipBlanks();
                if (Take('('))
                {
                    SkipBlanks(lines: true);
                    if (Take(')')) return PythonCollection.Set([]);
                }

                break;
        }

        position = start;
        return null;
    }

    private PythonLiteral? Parenthesised()
    {
        int start = position;
        if (Unsigned() is { } number) return Sum(number);
        position = start;
        if (++depth > DeepestNesting) return null;
        position++;
        List<PythonLiteral>? items = Items(')', out bool comma);
        depth--;
        if (items is null) return null;
        return items.Count == 1 && !comma ? items[0] : PythonCollection.Tuple(items);
    }

    private List<PythonLiteral>? Bracketed(char close)
    {
        if (++depth > DeepestNesting) return null;
        position++;
        List<PythonLiteral>? items = Items(close, out _);
        depth--;
        return items;
    }

    private List<PythonLiteral>? Items(char close, out bool comma)
    {
        List<PythonLiteral> items = [];
        comma = false;
        while (true)
        {
            SkipBlanks();
            if (Take(close)) return items;
            if (items.Count > 0 && !comma) return null;
            if (Expression() is not { } item) return null;
            items.Add(item);
            SkipBlanks(lines: true);
            comma = Take(',');
        }
    }

    private PythonLiteral? Braced()
    {
        if (++depth > DeepestNesting) return null;
        position++;
        List<PythonLiteral> members = [];
        List<(PythonLiteral Key, PythonLiteral Value)> entries = [];
        bool comma = true;
        while (true)
        {
            SkipBlanks();
            if (Take('}')) break;
            if (!comma || Expression() is not { } member) return null;
            SkipBlanks();
            if (!Take(':')) members.Add(member);
            else if (Expression() is { } value) entries.Add((member, value));
            else return null;
            SkipBlanks();
            comma = Take(',');
        }

        depth--;
        if (members.Count == 0) return PythonCollection.Dict(entries);
        return entries.Count == 0 ? PythonCollection.Set(members) : null;
    }

    // Adjacent strings are one string; str and bytes do not mix.
    private PythonLiteral? Strings()
    {
        List<int> values = [];
        bool? bytes = null;
        int end = position;
        while (PythonStringParser.StartsAt(text, position, out _))
        {
            if (PythonStringParser.Read(text, ref position, out bool isBytes) is not { } part) return null;
            if (bytes is { } kind && kind != isBytes) return null;
            bytes = isBytes;
            values.AddRange(part);
            end = position;
            SkipBlanks(lines: depth > 0);
        }

        position = end;
        return bytes == true ? PythonText.Bytes(values) : PythonText.String(values);
    }

    private bool Take(char c)
    {
        if (position >= text.Length || text[position] != c) return false;
        position++;
        return true;
    }

    // Inside brackets line ends and comments are blanks too; elsewhere only at the end of the text.
    private void SkipBlanks(bool lines = false)
    {
        lines |= depth > 0;
        while (position < text.Length)
        {
            char c = text[position];
            if (c is ' ' or '\t' or '\f' || (lines && c is '\n' or '\r')) position++;
            else if (c == '\\' && position + 1 < text.Length && text[position + 1] is '\n' or '\r') position += text[position + 1] == '\r' && position + 2 < text.Length && text[position + 2] == '\n' ? 3 : 2;
            else if (lines && c == '#') SkipComment();
            else return;
        }
    }

    private void SkipComment()
    {
        while (position < text.Length && text[position] is not ('\n' or '\r')) position++;
    }
}
