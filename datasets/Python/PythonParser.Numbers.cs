namespace Calibration.Datasets;

/// <content>Numbers with their signs, parentheses and imaginary parts.</content>
internal sealed partial class PythonParser
{
    private PythonLiteral? NumberOrEllipsis()
    {
        if (string.CompareOrdinal(text, position, "...", 0, 3) == 0)
        {
            position += 3;
            return new("E", "Ellipsis", hashable: true);
        }

        PythonSum? first = Signed();
        return first is { } number ? Sum(number) : null;
    }

    // literal_eval adds or subtracts one imaginary number to one real number: 1-2j.
    private PythonLiteral? Sum(PythonSum left)
    {
        int before = position;
        SkipBlanks();
        if (!left.IsComplex && position < text.Length && text[position] is '+' or '-')
        {
            bool minus = text[position] == '-';
            position++;
            SkipBlanks();
            PythonSum? right = Unsigned();
            if (right is { IsComplex: true } imaginary) return left.With(imaginary, minus)?.ToLiteral();
        }

        position = before;
        return left.ToLiteral();
    }

    private PythonSum? Signed()
    {
        char sign = text[position];
        if (sign is not ('+' or '-')) return Unsigned();
        position++;
        SkipBlanks();
        PythonSum? number = Unsigned();
        return number is { } value ? (sign == '-' ? value.Negated() : value) : null;
    }

    // Parentheses around a number leave it a number: -(1) and (1)+2j are literals.
    private PythonSum? Unsigned()
    {
        int open = 0;
        while (position < text.Length && text[position] == '(' && open < DeepestNesting)
        {
            position++;
            open++;
            SkipBlanks(lines: true);
        }

        PythonNumberToken? token = PythonNumberParser.Read(text, ref position);
        for (; open > 0; open--)
        {
            SkipBlanks(lines: true);
            if (!Take(')')) return null;
        }

        return token is { } number ? PythonSum.Of(number) : null;
    }
}
