using System.Numerics;

namespace Calibration.Datasets.Python;

/// <summary>Recursive descent over the grammar that <c>ast.literal_eval</c> accepts.</summary>
internal sealed partial class PythonParser
{
    // CPython's tokenizer allows 200 open brackets; beyond it reports "too many nested parentheses".
    private const int DeepestNesting = 200;

    private readonly string _text;
    private int _position;
    private int _depth;

    private PythonParser(string text, int position)
    {
        this._text = text;
        this._position = position;
    }

    /// <summary>The complete text as one literal; a tuple needs no parentheses. Null where it is none.</summary>
    public static PythonLiteral? ParseWhole(string source)
    {
        PythonParser parser = new(source.TrimStart(' ', '\t'), 0);
        if (!parser.SkipLeadingLines()) return null;
        PythonLiteral? value = parser.ExpressionList();
        if (value is null) return null;
        parser.SkipBlanks(lines: true);
        return parser._position == parser._text.Length ? value : null;
    }

    /// <summary>The longest literal that starts at a position, and where it ends. A tuple needs its parentheses.</summary>
    public static PythonLiteral? ParsePrefix(string source, int start, out int end)
    {
        PythonParser parser = new(source, start);
        PythonLiteral? value = parser.Expression();
        end = parser._position;
        return value;
    }

    // Blank and comment lines may come first, but an expression must then start its line.
    private bool SkipLeadingLines()
    {
        int lineStart = 0;
        while (true)
        {
            int at = lineStart;
            while (at < _text.Length && _text[at] is ' ' or '\t' or '\f') at++;
            if (at < _text.Length && _text[at] == '#')
            {
                while (at < _text.Length && _text[at] is not ('\n' or '\r')) at++;
            }

            if (at >= _text.Length || _text[at] is not ('\n' or '\r'))
            {
                _position = at;
                return at < _text.Length && _text.AsSpan(lineStart, at - lineStart).Trim('\f').IsEmpty;
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
            if (_position >= _text.Length || _text[_position] is '\n' or '\r' or '#') return PythonCollection.Tuple(items);
            if (Expression() is not { } item) return null;
            items.Add(item);
            SkipBlanks();
            if (!Take(',')) return PythonCollection.Tuple(items);
        }
    }

    private PythonLiteral? Expression()
    {
        SkipBlanks();
        if (_position >= _text.Length) return null;
        char c = _text[_position];
        if (c is '+' or '-' || c == '.' || char.IsAsciiDigit(c)) return NumberOrEllipsis();
        if (c == '(') return Parenthesised();
        if (c == '[') return Bracketed(']') is { } items ? PythonCollection.List(items) : null;
        if (c == '{') return Braced();
        if (PythonStringParser.StartsAt(_text, _position, out _)) return Strings();
        return Word();
    }

    private PythonLiteral? Word()
    {
        int end = _position;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_' || _text[end] > 0x7F)) end++;
        string word = _text[_position..end];
        int start = _position;
        _position = end;
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

        _position = start;
        return null;
    }

    private PythonLiteral? Parenthesised()
    {
        int start = _position;
        if (Unsigned() is { } number) return Sum(number);
        _position = start;
        if (++_depth > DeepestNesting) return null;
        _position++;
        List<PythonLiteral>? items = Items(')', out bool comma);
        _depth--;
        if (items is null) return null;
        return items.Count == 1 && !comma ? items[0] : PythonCollection.Tuple(items);
    }

    private List<PythonLiteral>? Bracketed(char close)
    {
        if (++_depth > DeepestNesting) return null;
        _position++;
        List<PythonLiteral>? items = Items(close, out _);
        _depth--;
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
        if (++_depth > DeepestNesting) return null;
        _position++;
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

        _depth--;
        if (members.Count == 0) return PythonCollection.Dict(entries);
        return entries.Count == 0 ? PythonCollection.Set(members) : null;
    }

    // Adjacent strings are one string; str and bytes do not mix.
    private PythonLiteral? Strings()
    {
        List<int> values = [];
        bool? bytes = null;
        int end = _position;
        while (PythonStringParser.StartsAt(_text, _position, out _))
        {
            if (PythonStringParser.Read(_text, ref _position, out bool isBytes) is not { } part) return null;
            if (bytes is { } kind && kind != isBytes) return null;
            bytes = isBytes;
            values.AddRange(part);
            end = _position;
            SkipBlanks(lines: _depth > 0);
        }

        _position = end;
        return bytes == true ? PythonText.Bytes(values) : PythonText.String(values);
    }

    private bool Take(char c)
    {
        if (_position >= _text.Length || _text[_position] != c) return false;
        _position++;
        return true;
    }

    // Inside brackets line ends and comments are blanks too; elsewhere only at the end of the text.
    private void SkipBlanks(bool lines = false)
    {
        lines |= _depth > 0;
        while (_position < _text.Length)
        {
            char c = _text[_position];
            if (c is ' ' or '\t' or '\f' || (lines && c is '\n' or '\r')) _position++;
            else if (c == '\\' && _position + 1 < _text.Length && _text[_position + 1] is '\n' or '\r') _position += _text[_position
                + 1] == '\r' && _position + 2 < _text.Length && _text[_position + 2] == '\n'
                ? 3
                : 2;
            else if (lines && c == '#') SkipComment();
            else return;
        }
    }

    private void SkipComment()
    {
        while (_position < _text.Length && _text[_position] is not ('\n' or '\r')) _position++;
    }
}
