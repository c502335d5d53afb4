namespace Calibration.Calibrate.Settings;

/// <summary>The known words closest to one that was mistyped.</summary>
internal static class Nearest
{
    /// <summary>The end of a sentence: the words that may have been meant, as a question, or only the full stop.</summary>
    internal static string Question(string word, IReadOnlyCollection<string> known) =>
        Of(word, known) is { Length: > 0 } close ? $": did you mean {string.Join(" or ", close)}?" : ".";

    /// <summary>Words that begin like it, else those that are the fewest changed letters apart, at most a third of its length.</summary>
    internal static string[] Of(string word, IReadOnlyCollection<string> known)
    {
        string[] longer =
            [.. known.Where(candidate => word.Length > 3 && candidate.StartsWith(word, StringComparison.Ordinal)).Order(
                StringComparer.Ordinal)];
        if (longer.Length is > 0 and <= 3)
            return longer;
        (string Word, int Distance)[] close = [.. known.Select(candidate => (candidate, Distance(word, candidate)))];
        int least = close.Select(pair => pair.Distance).DefaultIfEmpty(int.MaxValue).Min();
        return least <= Math.Max(1, word.TrimStart('-').Length / 3)
            ? [.. close.Where(pair => pair.Distance == least).Select(pair => pair.Word)]
            : [];
    }

    /// <summary>Letters inserted, deleted, changed, or swapped with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
