using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Recognises choices that a response names by their texts instead of their letters.</summary>
internal sealed partial class ChoiceTexts
{
    // Fewer content words in any order would fit by chance: "the second-most expensive" against "the most expensive".
    private const int FewestLooseWords = 4;

    private readonly ImmutableArray<string> _texts;
    private readonly ImmutableArray<string> _cores;
    private readonly ImmutableArray<ImmutableArray<string>> _stems;

    public ChoiceTexts(ImmutableArray<string> texts)
    {
        this._texts = [.. texts.Select(Folded)];
        _cores = [.. this._texts.Select(text => Opening().Replace(text, ""))];
        _stems = [.. this._texts.Select(Stems)];
    }

    /// <summary>The choice whose text is exactly this; −1 where none or several are.</summary>
    public int Exactly(string content)
    {
        string folded = Folded(content);
        return folded.Length > 0 && _texts.Count(text => text == folded) == 1 ? _texts.IndexOf(folded) : -1;
    }

    /// <summary>Whether a text is that of the given choice.</summary>
    public bool Is(int choice, string content) => choice >= 0 && choice < _texts.Length && _texts[choice] == Folded(content);

    /// <summary>The choice whose text stands at the start; the longest one; −1 where none does.</summary>
    public int AtStart(string content)
    {
        string folded = Folded(content);
        int found = -1;
        for (int i = 0; i < _texts.Length; i++)
        {
            if (_texts[i].Length == 0 || !folded.StartsWith(_texts[i], StringComparison.Ordinal) || LetterAt(folded, _texts[i].Length))
                continue;
            if (found < 0 || _texts[i].Length > _texts[found].Length) found = i;
        }

        return found;
    }

    /// <summary>
    /// The one choice that the response names: every sentence that names a single choice, and is not negated, names this one. −1 where
    /// there is none.
    /// </summary>
    public int Only(string response)
    {
        int only = -1;
        foreach (string sentence in Sentence().Split(response).Where(sentence => !Negation().IsMatch(sentence)))
        {
            List<int> named = Named(Folded(sentence));
            if (named.Count != 1) continue;
            if (only >= 0 && only != named[0]) return -1;
            only = named[0];
        }

        return only;
    }

    private List<int> Named(string sentence)
    {
        List<int> named = [.. Enumerable.Range(0, _cores.Length).Where(i => Contains(sentence, _cores[i]))];
        named.RemoveAll(i =>
            named.Any(other =>
                other != i && _cores[other].Length > _cores[i].Length && _cores[other].Contains(_cores[i], StringComparison.Ordinal)));
        if (named.Count > 0) return named;
        HashSet<string> words = [.. Stems(sentence)];
        return [.. Enumerable.Range(0, _stems.Length).Where(i => _stems[i].Length >= FewestLooseWords && _stems[i].All(words.Contains))];
    }

    private static bool Contains(string sentence, string text)
    {
        if (text.Length < 3) return false;
        int at = sentence.IndexOf(text, StringComparison.Ordinal);
        return at >= 0 && !(at > 0 && char.IsLetterOrDigit(sentence[at - 1])) && !LetterAt(sentence, at + text.Length);
    }

    private static ImmutableArray<string> Stems(string text) =>
        [.. Word().EnumerateAll(text).Select(word => word.Value).Where(word => !FunctionWords.Contains(word)).Select(Stem).Distinct()];

    // Enough of a word to see that "using" is "use" and "availability" is "available".
    private static string Stem(string word)
    {
        string stem = Ending().Replace(word, "");
        return stem.Length > 5 ? stem[..5] : stem;
    }

    private static bool LetterAt(string text, int position) => position < text.Length && char.IsLetterOrDigit(text[position]);

    private static string Folded(string text) => Blanks().Replace(text.Trim(' ', '\n', '\r', '\t', '.', '"', '*'), " ").ToLowerInvariant();

    private static readonly ImmutableHashSet<string> FunctionWords =
        ["a", "an", "the", "it", "they", "is", "are", "was", "be", "to", "of", "in", "on", "at", "by", "for", "and", "or", "that", "will",
            "can", "than", "rather", "as", "with"];

    [GeneratedRegex(@"^(?:(?:they|it|to|a|an|the|it is|they are|there is)\s+)+(?=\S{3})")]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?<=[.!?])\s+|\n+")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\b(?:not|cannot|never|no|neither|nor|without|unlike|instead|incorrect|wrong)\b|n['’]t\b", RegexOptions.IgnoreCase)]
    private static partial Regex Negation();

    [GeneratedRegex(@"[\w'’-]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=..)(?:['’]s|ings?|ed|es|s|e)$")]
    private static partial Regex Ending();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
