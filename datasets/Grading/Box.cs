using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>One <c>\boxed{…}</c> of a response, also as <c>\fbox</c>, <c>\framebox</c> or <c>\boxed 42</c>.</summary>
/// <param name="Position">Where it starts.</param>
/// <param name="Start">Where its content starts.</param>
/// <param name="End">Behind its closing brace; where it has none, the end of the text.</param>
/// <param name="Content">What is inside; where the box is not closed, the rest of its line.</param>
/// <param name="Closed">Whether its braces balance.</param>
internal sealed partial record Box(int Position, int Start, int End, string Content, bool Closed)
{
    // More boxes than this are noise.
    private const int MaxBoxes = 50;

    /// <summary>
    /// The last box with content; null where there is none. Where the last one is not closed, an earlier closed one counts.
    /// </summary>
    /// <param name="text">The response.</param>
    /// <param name="empty">Whether <c>\boxed{}</c> counts; it mostly echoes the instruction.</param>
    public static Box? Last(string text, bool empty = false)
    {
        List<Box> boxes = All(text, empty);
        return boxes.FindLast(box => box.Closed) ?? boxes.LastOrDefault();
    }

    /// <summary>Whether the response breaks off inside a box, and no earlier box is complete.</summary>
    public static bool IsCutOff(string text)
    {
        Match opening = Opening().Match(text);
        return opening.Success
            && Closers(text)[opening.Index + opening.Length - 1] < 0
            && !All(text, empty: false).Exists(box => box.Closed);
    }

    /// <summary>What is read from the last box; empty where there is none, a reading without an answer where it is no answer.</summary>
    /// <param name="text">The response.</param>
    /// <param name="read">Reads an answer from the box's content; null where it is none.</param>
    public static IEnumerable<Reading> Statements(string text, Func<string, string?> read)
    {
        List<Box> boxes = All(text, empty: false);
        int last = boxes.FindLastIndex(box => box.Closed);
        if (last < 0) last = boxes.Count - 1;
        if (last < 0) yield break;
        Box box = boxes[last];
        string? answer = read(box.Content);
        if (last > 0 && Joins(text, boxes[last - 1], box) && read(boxes[last - 1].Content) != answer) answer = null;
        yield return new(box.Position, box.End, answer, box.Closed);
    }

    private static List<Box> All(string text, bool empty)
    {
        List<Box> boxes = [];
        int[]? closers = null;
        foreach (Match match in (empty ? Opening() : Filled()).EnumerateAll(text).Take(MaxBoxes))
        {
            closers ??= Closers(text);
            boxes.Add(From(text, match, closers));
        }

        boxes.Reverse();
        return boxes;
    }

    private static Box From(string text, Match match, int[] closers)
    {
        if (match.Groups["bare"] is { Success: true } bare)
            return new(match.Index, bare.Index, bare.Index + bare.Length, bare.Value, bare.Index + bare.Length < text.Length);
        int start = match.Index + match.Length;
        int close = closers[start - 1];
        if (close >= 0) return new(match.Index, start, close + 1, text[start..close], true);
        int line = text.IndexOf('\n', start);
        return new(match.Index, start, text.Length, text[start..(line < 0 ? text.Length : line)], false);
    }

    // "\boxed{A} or \boxed{B}" names no single answer.
    private static bool Joins(string text, Box first, Box second) =>
        first.End <= second.Position && Joint().IsMatch(text[first.End..second.Position]);

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

    private const string Command = @"(?:\\(?:f|frame)?box(?:ed)?|\\boxe|(?<![A-Za-z\\])boxed)";

    // "\boxed{42", but not "\boxed{}"; "\boxed 42"
    [GeneratedRegex(
        Command + @"\s{0,3}(?:\[[a-z0-9]{0,6}\])?\{(?!\s*\}|\s*$)|\\(?:f|frame)?box(?:ed)?\s{1,3}(?<bare>-?[\w.,]*\w)(?=[\s$.,;)\\]|$)",
        RegexOptions.RightToLeft)]
    private static partial Regex Filled();

    [GeneratedRegex(Command + @"\s{0,3}(?:\[[a-z0-9]{0,6}\])?\{", RegexOptions.RightToLeft)]
    private static partial Regex Opening();

    [GeneratedRegex(@"^(?:\\[\])]|[ \t$.,;/&|()])*(?:\\text\{)?[ \t]*(?:\b(?:or|and|and/or)\b)?[ \t]*\}?(?:\\[\[(]|[ \t$()])*$")]
    private static partial Regex Joint();
}

/// <summary>Enumerates matches as objects.</summary>
internal static class RegexMatches
{
    public static IEnumerable<Match> EnumerateAll(this Regex regex, string text)
    {
        for (Match match = regex.Match(text); match.Success; match = match.NextMatch()) yield return match;
    }
}
