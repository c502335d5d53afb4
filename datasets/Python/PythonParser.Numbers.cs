namespace Calibration.Datasets.Python;

/// <content>Numbers with their signs, parentheses and imaginary parts.</content>
internal sealed partial class PythonParser
{
    private PythonLiteral? NumberOrEllipsis()
    {
        if (string.CompareOrdinal(_text, _position, "...", 0, 3) == 0)
        {
            _position += 3;
            return new("E", "Ellipsis", hashable: true);
        }

        PythonSum? first = Signed();
        return first is { } number ? Sum(number) : null;
    }

    // literal_eval adds or subtracts one imaginary number to one real number: 1-2j.
    private PythonLiteral? Sum(PythonSum left)
    {
        int before = _position;
        SkipBlanks();
        if (!left.IsComplex && _position < _text.Length && _text[_position] is '+' or '-')
        {
            bool minus = _text[_position] == '-';
            _position++;
            SkipBlanks();
            PythonSum? right = Unsigned();
            if (right is { IsComplex: true } imaginary) return left.With(imaginary, minus)?.ToLiteral();
        }

        _position = before;
        return left.ToLiteral();
    }

    private PythonSum? Signed()
    {
        char sign = _text[_position];
        if (sign is not ('+' or '-')) return Unsigned();
        _position++;
        SkipBlanks();
        PythonSum? number = Unsigned();
        return number is { } value ? (sign == '-' ? value.Negated() : value) : null;
    }

    // Parentheses around a number leave it a number: -(1) and (1)+2j are literals.
    private PythonSum? Unsigned()
    {
        int open = 0;
        while (_position < _text.Length && _text[_position] == '(' && open < DeepestNesting)
        {
            _position++;
            open++;
            SkipBlanks(lines: true);
        }

        PythonNumberToken? token = PythonNumberParser.Read(_text, ref _position);
        for (; open > 0; open--)
        {
            SkipBlanks(lines: true);
            if (!Take(')')) return null;
        }

        return token is { } number ? PythonSum.Of(number) : null;
    }
}
