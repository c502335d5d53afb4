using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>
/// Reads lettered choices: only the item's own letters, at a word boundary. A response that names its choice by the choice's text counts as its letter.
/// </summary>
internal sealed partial class ChoiceReader
{
    private readonly ImmutableArray<string> letters;
    private readonly ChoiceTexts texts;

    private ChoiceReader(ImmutableArray<string> letters, ImmutableArray<string> texts)
    {
        this.letters = letters;
        this.texts = new(texts);
    }

    /// <summary>The reader for an item's choices.</summary>
    public static AnswerReader Of(ImmutableArray<string> letters, ImmutableArray<string> texts)
    {
        ChoiceReader reader = new(letters, texts);
        return new(reader.Statements, reader.Fallback);
    }

    /// <summary>A gold answer in canonical form: the bare capital letter; null where it is none.</summary>
    public static string? Canonical(string gold)
    {
        string letter = gold.Trim().Trim('(', ')', '.', ' ').ToUpperInvariant();
        return letter.Length == 1 && char.IsAsciiLetterUpper(letter[0]) ? letter : null;
    }

    private IEnumerable<Reading> Statements(string text) =>
        Box.Statements(text, content => Whole(PlainText.WithoutLatex(content)))
            .Concat(Phrase.Choices(text, start => AtStart(text, start)))
            .Concat(Affirmed(text));

    // "so C is the answer".
    private IEnumerable<Reading> Affirmed(string text)
    {
        Match? last = Affirmation().EnumerateAll(text).LastOrDefault(match => Own(match.Groups["letter"].Value) is not null);
        if (last is not null) yield return new(last.Index, last.Index + last.Length, Own(last.Groups["letter"].Value), true);
    }

    // A box's content: a letter with or without its text, or a choice's text alone.
    private string? Whole(string content)
    {
        if (content.Trim().Length == 1 && Own(content.Trim()) is { } alone) return alone;
        if (texts.Exactly(content) is >= 0 and var named) return letters[named];
        Match match = LetterFirst().Match(content);
        if (!match.Success) return null;
        string? letter = Own(match.Groups["letter"].Value);
        if (letter is null) return null;
        string rest = match.Groups["rest"].Value;
        if (AlsoAnother(rest)) return null;
        bool marked = match.Groups["mark"].Length > 0 || rest.Length == 0;
        return marked || texts.Is(letters.IndexOf(letter), rest) || letter is not ("A" or "I") ? letter : null;
    }

    private Reading? AtStart(string text, int start)
    {
        int from = SkipLeadIn(text, start);
        if (IsListing(text, start, from)) return null;
        Match match = LetterHere().Match(text, from);
        if (match.Success && match.Index == from && Own(match.Value) is { } letter && Stands(text, match, letter))
        {
            return AlsoAnother(text[(from + 1)..Math.Min(text.Length, from + 12)])
                ? null
                : new(start, from + 1, letter, from > 0 && text[from - 1] is '(' or '"' or '*' && from + 1 < text.Length && text[from + 1] is ')' or '"' or '*');
        }

        return TextAtStart(text, from);
    }

    private Reading? TextAtStart(string text, int from)
    {
        int named = texts.AtStart(text[from..Math.Min(text.Length, from + LongestText)]);
        return named < 0 ? null : new(from, from, letters[named], true);
    }

    private Reading? Fallback(string text)
    {
        string trimmed = text.Trim();
        if (Listed(trimmed) <= 1 && Whole(PlainText.WithoutLatex(FirstLine(trimmed).Trim('*', ' ', '"'))) is { } bare && (FirstLine(trimmed).Length == trimmed.Length || Marked().IsMatch(trimmed)))
            return new(0, text.AsSpan().TrimEnd().Length, bare, false);
        Reading? bold = Bold().EnumerateAll(text)
            .Select(match => (match, answer: Whole(match.Groups[1].Value)))
            .Where(found => found.answer is not null)
            .Select(found => new Reading(found.match.Index, found.match.Index + found.match.Length, found.answer, true))
            .LastOrDefault();
        return bold ?? Concluded(text);
    }

    // The last paragraph states a choice where it holds exactly one of the letters; else the texts must tell.
    private Reading? Concluded(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        bool listed = Listed(text) > 1 && Label().IsMatch(line);
        if (!listed)
        {
            List<Match> letters = Mentions(line);
            // Where the line weighs several, its last sentence decides.
            if (letters.Select(Letter).Distinct().Count() > 1) letters = [.. letters.Where(match => match.Index >= LastSentence(line))];
            if (letters.Select(Letter).Distinct().Count() == 1)
                return new(start + letters[^1].Index, start + letters[^1].Index + letters[^1].Length, Letter(letters[^1]), letters[^1].Value.EndsWith(')'));
            if (letters.Count > 0) return null;
        }

        return texts.Only(text) is >= 0 and var named ? new(0, start + line.Length, letters[named], true) : null;
    }

    private List<Match> Mentions(string line) =>
        [.. Mention().EnumerateAll(line).Where(match => Own(Letter(match)) is not null && Stands(line, match.Groups["letter"], Letter(match)))];

    private static string Letter(Match match) => match.Groups["letter"].Value;

    private static int LastSentence(string line)
    {
        Match end = EndOfSentence().Match(line.TrimEnd());
        return end.Success ? end.Index + end.Length : 0;
    }

    private string? Own(string letter) => letters.FirstOrDefault(own => string.Equals(own, letter, StringComparison.OrdinalIgnoreCase));

    // A small letter must stand apart ("c)", "c."), and A or I before a word is an article or a pronoun.
    private static bool Stands(string text, Capture letter, string own)
    {
        int end = letter.Index + letter.Length;
        char after = end < text.Length ? text[end] : '\n';
        char before = letter.Index > 0 ? text[letter.Index - 1] : '\n';
        if (char.IsLower(text[letter.Index])) return after is ')' or '.' or '"' or '*' or '}' or '\n' or '\r' || before == '(';
        if (own is not ("A" or "I") || after != ' ') return true;
        return Continuation().IsMatch(text, end);
    }

    // "Let us look at each option:" and then all of them, a line each.
    private static bool IsListing(string text, int start, int from)
    {
        if (text.AsSpan(start, from - start).IndexOf('\n') < 0) return false;
        return Label().EnumerateAll(text).Where(label => label.Index >= start).Select(label => label.Groups["letter"].Value).Distinct().Count() > 1;
    }

    private bool AlsoAnother(string rest)
    {
        Match match = Another().Match(rest);
        return match.Success && Own(match.Groups["letter"].Value) is not null;
    }

    private static int SkipLeadIn(string text, int start)
    {
        int from = PlainText.SkipDress(text, start);
        Match lead = LeadIn().Match(text, from);
        return lead.Success ? PlainText.SkipDress(text, from + lead.Length) : from;
    }

    private static int Listed(string text) => Label().EnumerateAll(text).Select(match => match.Groups["letter"].Value).Distinct().Take(3).Count();

    private static string FirstLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is var end && end < 0 ? text : text[..end];

    private const int LongestText = 400;

    [GeneratedRegex(@"^\s*(?:(?:option|choice|answer)\s*:?\s*)?\(?(?<letter>[A-Za-z])(?<mark>[).:,]*)(?![A-Za-z0-9&]|['’][A-Za-z])\s*(?<rest>.*?)\s*$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex LetterFirst();

    [GeneratedRegex(@"\G[A-Za-z](?![A-Za-z0-9_&]|['’][A-Za-z])")]
    private static partial Regex LetterHere();

    [GeneratedRegex(@"[.!?]\s+(?=\S)", RegexOptions.RightToLeft)]
    private static partial Regex EndOfSentence();

    [GeneratedRegex(@"(?<![\w'’.-])\(?(?<letter>[A-Z])\)?\*{0,2}\s+(?:is|must be|would be)\s+(?:therefore\s+|clearly\s+|indeed\s+)?(?:the\s+)?(?:only\s+|most\s+|best\s+|final\s+)?(?:correct|right|best|answer)\b")]
    private static partial Regex Affirmation();

    [GeneratedRegex(@"\G(?:(?:is|are|was|be|would|should|must|will|clearly|therefore|most|likely|definitely|probably|the|letter|option|choice|answer|correct|one|best|labell?ed|\\text\{|\\textbf\{|\\mathrm\{)(?![A-Za-z])[\s:*(""'`{]*)+", RegexOptions.IgnoreCase)]
    private static partial Regex LeadIn();

    [GeneratedRegex(@"^\s*[),.]*\s*(?:and|or|,|/|&)\s*(?:option\s+)?\(?(?<letter>[A-Z])(?![A-Za-z0-9'’])")]
    private static partial Regex Another();

    [GeneratedRegex(@"(?<!(?:\bnot|n['’]t|\bthan|\bneither|\bnor|\binstead of|\bover)\s+(?:option\s+)?)(?:\((?<letter>[A-Z])\)|(?<![\w’.-])(?<letter>[A-Z])(?![\w-]|['’]\w))")]
    private static partial Regex Mention();

    [GeneratedRegex(@"^[ \t]*[*-]{0,3}[ \t]*\(?(?<letter>[A-Z])(?:\)|\.|:)[*]{0,2}(?=\s)", RegexOptions.Multiline)]
    private static partial Regex Label();

    [GeneratedRegex(@"^\W*[A-Z]\s*(?:[).:*]|$|\n)")]
    private static partial Regex Marked();

    [GeneratedRegex(@"\*\*([^*\n]{1,200})\*\*")]
    private static partial Regex Bold();

    [GeneratedRegex(@"\G\s+(?:because|since|as|which|due|for|is|and|or|but|here|–|—|-|\(|seems|fits|holds|works|among|from|of the)(?![a-z])")]
    private static partial Regex Continuation();
}
