using System.Text;

namespace Calibration.Datasets.Python;

/// <summary>Reads one Python string or bytes token: prefix, quotes and escapes.</summary>
internal static class PythonStringParser
{
    private const int HighestCodePoint = 0x10FFFF;

    /// <summary>Length of a string prefix and its opening quote at a position, such as <c>rb'</c>; 0 where no string starts.</summary>
    public static bool StartsAt(string text, int position, out int prefixLength)
    {
        int at = position;
        while (at < position + 2 && at < text.Length && char.IsAsciiLetter(text[at])) at++;
        prefixLength = at - position;
        if (at >= text.Length || text[at] is not ('\'' or '"')) return false;
        return text.Substring(position, prefixLength).ToLowerInvariant() is "" or "r" or "u" or "b" or "br" or "rb";
    }

    /// <summary>Reads the token at a position.</summary>
    /// <param name="text">Source text.</param>
    /// <param name="position">Where the token starts; moved behind it on success.</param>
    /// <param name="bytes">Whether it is a <c>bytes</c> token.</param>
    /// <returns>Its code points or bytes; null where it is malformed.</returns>
    public static List<int>? Read(string text, ref int position, out bool bytes)
    {
        bytes = false;
        if (!StartsAt(text, position, out int prefixLength)) return null;
        string prefix = text.Substring(position, prefixLength).ToLowerInvariant();
        bytes = prefix.Contains('b');
        int at = position + prefixLength;
        char quote = text[at];
        bool triple = string.CompareOrdinal(text, at, new string(quote, 3), 0, 3) == 0;
        var form = new Form(new string(quote, triple ? 3 : 1), prefix.Contains('r'), bytes);
        at += form.Quotes.Length;
        List<int>? values = Body(text, ref at, form);
        if (values is not null) position = at;
        return values;
    }

    private static List<int>? Body(string text, ref int at, Form form)
    {
        List<int> values = [];
        while (at < text.Length)
        {
            char c = text[at];
            if (string.CompareOrdinal(text, at, form.Quotes, 0, form.Quotes.Length) == 0)
            {
                at += form.Quotes.Length;
                return values;
            }

            if (c is '\n' or '\r' && form.Quotes.Length == 1) return null;
            if (c == '\\')
            {
                if (at + 1 >= text.Length || !Escape(text, ref at, form, values)) return null;
            }
            else if (!Plain(text, ref at, form.IsBytes, values))
            {
                return null;
            }
        }

        return null;
    }

    // Python's tokenizer reads every line end as \n.
    private static bool Plain(string text, ref int at, bool bytes, List<int> values)
    {
        char c = text[at];
        if (c == '\0') return false;
        if (c == '\r')
        {
            at += at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
            values.Add('\n');
            return true;
        }

        if (!Rune.TryGetRuneAt(text, at, out Rune rune)) return false;
        if (bytes && rune.Value > 0x7F) return false;
        values.Add(rune.Value);
        at += rune.Utf16SequenceLength;
        return true;
    }

    private static bool Escape(string text, ref int at, Form form, List<int> values)
    {
        bool bytes = form.IsBytes;
        if (form.IsRaw)
        {
            values.Add('\\');
            at++;
            return Plain(text, ref at, bytes, values);
        }

        char c = text[at + 1];
        switch (c)
        {
            case '\r' or '\n':
                at += c == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? 3 : 2;
                return true;
            case >= '0' and <= '7':
                return Octal(text, ref at, bytes, values);
            case 'x':
                return Hexadecimal(text, ref at, 2, values);
            case 'u' when !bytes:
                return Hexadecimal(text, ref at, 4, values);
            case 'U' when !bytes:
                return Hexadecimal(text, ref at, 8, values);
            case 'N' when !bytes:
                return false;
        }

        int simple = Simple(c);
        if (simple < 0)
        {
            // An unknown escape keeps its backslash.
            values.Add('\\');
            at++;
            return Plain(text, ref at, bytes, values);
        }

        values.Add(simple);
        at += 2;
        return true;
    }

    private static int Simple(char c) => c switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'v' => '\v',
        '\\' or '\'' or '"' => c,
        _ => -1,
    };

    private static bool Octal(string text, ref int at, bool bytes, List<int> values)
    {
        int value = 0;
        int end = at + 1;
        while (end < text.Length && end < at + 4 && text[end] is >= '0' and <= '7') value = (value * 8) + (text[end++] - '0');
        values.Add(bytes ? value & 0xFF : value);
        at = end;
        return true;
    }

    private static bool Hexadecimal(string text, ref int at, int digits, List<int> values)
    {
        if (at + 2 + digits > text.Length) return false;
        long value = 0;
        for (int i = at + 2; i < at + 2 + digits; i++)
        {
            if (!char.IsAsciiHexDigit(text[i])) return false;
            value = (value * 16) + Convert.ToInt32(text[i].ToString(), 16);
        }

        if (value > HighestCodePoint) return false;
        values.Add((int)value);
        at += 2 + digits;
        return true;
    }

    /// <summary>How a token is written: its quotes, <c>r</c> and <c>b</c>.</summary>
    private readonly record struct Form(string Quotes, bool IsRaw, bool IsBytes);
}
