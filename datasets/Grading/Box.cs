using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>One <c>\boxed{…}</c> of a response.</summary>
/// <param name="Position">Where it starts.</param>
/// <param name="End">Behind its closing brace, or the end of its line.</param>
/// <param name="Content">What is inside.</param>
/// <param name="Closed">Whether its braces balance.</param>
internal sealed partial record Box(int Position, int End, string Content, bool Closed)
{
    /// <summary>
    /// The last box; null where there is none. A box that is never closed ends with its line; on the last line it is cut off, so that its content is unreadable.
    /// </summary>
    /// <param name="text">The response.</param>
    /// <param name="empty">Whether <c>\boxed{}</c> counts; it mostly echoes the instruction.</param>
    public static Box? Last(string text, bool empty = false)
    {
        Match match = (empty ? Opening() : Filled()).Match(text);
        if (!match.Success) return null;
        int start = match.Index + match.Length;
        int close = Closers(text)[start - 1];
        if (close >= 0) return new(match.Index, close + 1, text[start..close], true);
        int line = text.IndexOf('\n', start);
        bool last = line < 0 || text.AsSpan(line).IsWhiteSpace();
        return last
            ? new(match.Index, text.Length, "", false)
            : new(match.Index, line, text[start..line], true);
    }

    /// <summary>What is read from the last box; empty where there is none.</summary>
    /// <param name="text">The response.</param>
    /// <param name="read">Reads an answer from the box's content; null where it is none.</param>
    public static IEnumerable<Reading> Statements(string text, Func<string, string?> read)
    {
        if (Last(text) is { } box) yield return new(box.Position, box.End, box.Closed ? read(box.Content) : null, box.Closed);
    }

    private static int[] Closers(string text)
    {
        int[] closers = new int[text.Length];
        Array.Fill(closers, -1);
        Stack<int> open = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '{' or '}' or '\\') i++;
            else if (text[i] == '{') open.Push(i);
            else if (text[i] == '}' && open.TryPop(out int opener)) closers[opener] = i;
        }

        return closers;
    }

    [GeneratedRegex(@"\\f?boxed?\s{0,3}\{(?!\s*\})", RegexOptions.RightToLeft)]
    private static partial Regex Filled();

    [GeneratedRegex(@"\\f?boxed?\s{0,3}\{", RegexOptions.RightToLeft)]
    private static partial Regex Opening();
}

/// <summary>Enumerates matches as objects.</summary>
internal static class RegexMatches
{
    public static IEnumerable<Match> EnumerateAll(this Regex regex, string text)
    {
        for (Match match = regex.Match(text); match.Success; match = match.NextMatch()) yield return match;
    }
}
