namespace Calibration.Datasets.Python;

/// <summary>Looks through Python source without parsing it: past strings and brackets.</summary>
internal static class PythonScan
{
    /// <summary>Position of a token outside strings and brackets; -1 where there is none.</summary>
    public static int TopLevel(string text, string token)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (depth == 0 && string.CompareOrdinal(text, i, token, 0, token.Length) == 0) return i;
            i = Step(text, i, ref depth);
        }

        return -1;
    }

    /// <summary>Position behind the bracket that closes the one just before <paramref name="start"/>; -1 where it stays open.</summary>
    public static int Closing(string text, int start)
    {
        int depth = 1;
        for (int i = start; i < text.Length; i++)
        {
            i = Step(text, i, ref depth);
            if (depth == 0) return i + 1;
        }

        return -1;
    }

    private static int Step(string text, int i, ref int depth)
    {
        switch (text[i])
        {
            case '(' or '[' or '{':
                depth++;
                return i;
            case ')' or ']' or '}':
                depth--;
                return i;
            case '\'' or '"':
                int end = i;
                // An apostrophe in prose opens no string: a quote without a partner is passed over.
                return PythonStringParser.Read(text, ref end, out _) is null ? i : end - 1;
            default:
                return i;
        }
    }
}
