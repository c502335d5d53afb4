using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>A letter found at a place.</summary>
/// <param name="Letter">The item's letter; null where several are named together, which is no single answer.</param>
/// <param name="End">Behind the letter.</param>
internal sealed record NamedLetter(string? Letter, int End);

/// <summary>Finds one of an item's own letters at a position, and decides whether the text behind it names another one as well.</summary>
/// <param name="letters">The item's letters in order.</param>
/// <param name="labels">The labels under which the item was published, where they are no letters; else empty.</param>
internal sealed partial class ChoiceLetter(ImmutableArray<string> letters, ImmutableArray<string> labels)
{
    private const int FarthestAhead = 160;

    /// <summary>The item's letter that a word is, without case, or whose published label it is; null where it is none.</summary>
    public string? Of(string word)
    {
        int label = labels.IndexOf(word);
        return label >= 0 && label < letters.Length
            ? letters[label]
            : letters.FirstOrDefault(own => string.Equals(own, word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The letter at a position; null where none stands there as an answer.</summary>
    public NamedLetter? At(string text, int position)
    {
        Match match = Word().Match(text, position);
        if (!match.Success) return null;
        string word = match.Value;
        int end = position + match.Length;
        if (word.Length > 1)
        {
            bool several = word.All(c => char.IsAsciiLetterUpper(c) && Of(c.ToString()) is not null) && word.Distinct().Count() > 1;
            return several ? new(null, end) : null;
        }

        if (Of(word) is not { } letter || !StandsAlone(text, position, letter)) return null;
        return new(NamesAnother(text, end, letter) ? null : letter, end);
    }

    /// <summary>A small letter must stand apart ("c)", "c,"), and A or I before a word is an article or a pronoun.</summary>
    public static bool StandsAlone(string text, int position, string letter)
    {
        int end = position + 1;
        char after = end < text.Length ? text[end] : '\n';
        char before = position > 0 ? text[position - 1] : '\n';
        if (char.IsAsciiDigit(text[position])) return !DigitGoesOn().IsMatch(text, end);
        if (char.IsLower(text[position]))
        {
            return ").,;:\"'*_}]>`$|\n\r。".Contains(after)
                || before is '(' or '[' or '*' or '"'
                || (letter != "A" && SmallAlone().IsMatch(text, end));
        }

        return letter is not ("A" or "I") || after is not (' ' or '\u00A0') || Predicate().IsMatch(text, end);
    }

    /// <summary>Whether another of the item's letters is named beside the one that ends at a position: "A, B", "A or maybe B", "(A)(B)",
    /// but not "C, D is too large".</summary>
    public bool NamesAnother(string text, int end, string letter)
    {
        string tail = text[end..Math.Min(text.Length, end + FarthestAhead)];
        return Joined().Match(tail) is { Success: true } joined && IsOther(joined, letter) && !IsRemark(tail, joined)
            || JoinedSmall().Match(tail) is { Success: true } small && char.IsLower(text[end - 1]) && IsOther(small, letter)
            || AlsoRight().Match(tail) is { Success: true } also && IsOther(also, letter)
            || OrElse().IsMatch(tail)
            || Alternative().Match(tail) is { Success: true } alternative && IsOther(alternative, letter)
            || Listed().Match(tail) is { Success: true } listed && IsOther(listed, letter);
    }

    private bool IsOther(Match match, string letter) => Of(match.Groups["letter"].Value) is { } other && other != letter;

    // ", D is too large" or ". A and B are too small" speaks of the others; ", B and C are correct" does not.
    private static bool IsRemark(string tail, Match joined)
    {
        string connector = joined.Groups["connector"].Value.Trim();
        string rest = tail[(joined.Groups["letter"].Index + 1)..];
        if (joined.Groups["connector"].Value.Contains('\n')) return !LineEnds().IsMatch(rest);
        if (tail[..joined.Groups["letter"].Index].Contains('(') && Gloss().IsMatch(rest)) return true;
        bool sentence = connector.Length > 0 && connector[0] is '.' or '。';
        if (connector.Contains("or", StringComparison.OrdinalIgnoreCase) || connector is "and" or "&" or "/" or "|" or "+") return false;
        if (Said().Match(rest) is { Success: true } said) return !said.Groups["right"].Success;
        return sentence && !ListEnds().IsMatch(rest);
    }

    // "C", "CD", "c", "3"
    [GeneratedRegex(@"\G(?:[A-Za-z]|[A-Z]{2,6}|\d)(?![A-Za-z0-9&^]|_\w|['’][A-Za-z]|-[A-Za-z0-9])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\G(?:[.,/:^%°]\d|\s*[-+*/^=%°×÷]|\s+[a-z])")]
    private static partial Regex DigitGoesOn();

    [GeneratedRegex(@"\G\s*(?:$|\n|(?:because|since|as|which|for|is)\b)")]
    private static partial Regex SmallAlone();

    // "A because …", "A is …", "A (about 4 keV)"
    [GeneratedRegex(
        @"\G\s+(?:(?:because|since|as|which|due|for|is|and|or|but|here|seems|fits|holds|works|among|from|of the|over|not"
            + @"|rather|instead|with|by)(?![a-z])|[–—(=|✅✓☑-]|$|\n)")]
    private static partial Regex Predicate();

    // What joins two letters.
    [GeneratedRegex("""
        ^[)\]}>*"'”_$`\\]*(?<connector>\s*(?:[,;/&|+=≠、和或](?:\s*\b(?:as\s+well\s+as|along\s+with|plus)\b)?|[-–—]{1,2}|\.(?=\s|$)|。|\n
        |\band/or\b|\bor\b|\band\b|\bto\b|\bthrough\b|\bplus\b|\bas\s+well\s+as\b|\balong\s+with\b|\bversus\b|\bvs\b|\(\s*(?:or|and)\b
        |\\(?:neq|cup|cap|land|lor|wedge|vee|to|rightarrow|cdot|times|quad)\b)?(?:[\s,]*(?:\bor\b|\band\b))?[\s,]*)\(?
        (?:(?:maybe|perhaps|possibly|probably|also|even|is\sit|both|option|choice|answer|alternatively|if\snot|then|else|it\scould\sbe
        |could\sbe|\\text)\W+)*[(\[{<*"'“_$`\\\s]*(?<letter>[A-Z1-9])(?![A-Za-z0-9]|['’][A-Za-z]|-[A-Za-z])
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Joined();

    // "a, c", "(a) or (c)"; but "c, a prism"
    [GeneratedRegex(@"^[)\]}*""'_$`]*\s*(?:[,;/&|+]|\bor\b|\band\b)\s*[(\[{*""']*(?<letter>[a-z])(?=[)\].,;}*""']|\s*$|\s+(?:or|and)\b)")]
    private static partial Regex JoinedSmall();

    // "A, but C is also right"
    [GeneratedRegex(
        @"(?<![\w'’])(?<letter>[A-Z])[)\]*]*\s+(?:is|are|would\s+be|could\s+be|may\s+be|might\s+be)\s+(?:also|equally"
            + @"|likewise|just\s+as)\s+(?:correct|right|valid|possible|plausible|true|acceptable|good)\b")]
    private static partial Regex AlsoRight();

    // "A or none of them"
    [GeneratedRegex(@"^[\s)\]}*""'”_$.,;:–—(-]*\b[oO]r\s+(?:none|neither|any|all|both|nothing|something\s+else|another)\b")]
    private static partial Regex OrElse();

    // "C (A: too small)", "C (A and B absorb)"
    [GeneratedRegex(
        @"^\s*:\s+\w+\s+\w+|^(?:[\s,]*(?:and|or)?\s*[A-Z](?![a-z]))*\s+(?!too\b|and\b|also\b|maybe\b|perhaps\b|possibly\b"
            + @"|likewise\b)[a-z]{3,}")]
    private static partial Regex Gloss();

    // "A (about 4 keV) or B", "A – or is it B?", "A, or else B"
    [GeneratedRegex(
        @"^[\s)\]}*""'”_$.,;:–—-]*(?:\([^()\n]{0,80}\))?[\s)\]}*""'”_$,;:–—-]*\(?\s*(?:\b[oO]r\b|\b[aA]lternatively\b"
            + @"|\bunless\b|\b(?:but|though|although)\s+(?:it\s+|that\s+)?(?:could|might|may|perhaps|maybe"
            + @"|possibly)\b)(?!\s+not)(?:\W+\w+){0,4}?\W+(?:[(\[*""'_]*)(?<letter>[A-Z])(?![A-Za-z0-9]|['’][A-Za-z]|-[A-Za-z])")]
    private static partial Regex Alternative();

    // "A. about 4 keV, B. about 40 keV", "(A) red; (B) blue"
    [GeneratedRegex(@"^[).:\]]+(?>\s*)(?!\(?[A-Z][).:])[^.\n!?]{1,80}?(?:[,;/&]|\band\b|\bor\b)\s*\(?(?<letter>[A-Z])[).:](?=\s)")]
    private static partial Regex Listed();

    // What is said of the other letters: "B is too small", "B and D are correct".
    [GeneratedRegex("""
        ^[)\]}*"'_$]*(?:[\s,]*(?:\b(?:and|or|nor)\b)?\s*[(*]*[A-Z][)*]*(?![A-Za-z0-9]))*\s+(?:both\s+|all\s+|alone\s+|also\s+|only\s+
        |clearly\s+|simply\s+)?
        (?:is|are|was|were|would|will|has|have|had|can|could|cannot|can['’]t|do|does|did|don['’]t|doesn['’]t|isn['’]t|aren['’]t|won['’]t
        |fail|seem|look|being|violate|contradict|ignore|[a-z]{2,}s)(?![A-Za-z])
        (?<right>\s+(?:both\s+|all\s+|also\s+|equally\s+)*(?:correct|right|true|valid|possible|plausible|the\s+(?:correct\s+
        |right\s+)?answers?)\b)?
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Said();

    [GeneratedRegex(@"^[)\]}*""'_$.]*[ \t]*(?:$|\n)")]
    private static partial Regex LineEnds();

    [GeneratedRegex(@"^[)\]}*""'_$]*\s*(?:[.,;/:)]|$|\n|and\b|or\b)")]
    private static partial Regex ListEnds();
}
