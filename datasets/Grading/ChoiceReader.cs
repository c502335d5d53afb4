using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Reads lettered choices: only the item's own letters, and only one of them.</summary>
/// <remarks>
/// Rules, in this order; what a rule names as several choices is no answer:
/// 1. a box, a label ("the answer is", <c>&lt;answer&gt;</c>, "I choose") and "C is the answer": the last of them wins;
/// 2. "C is correct", where nothing of rule 1 is there; neither counts under a condition, a negation or a doubt;
/// 3. a response that is a choice, or whose first line is; 4. bold text that is a choice;
/// 5. the last line, where it names one choice and does not reject it; 6. the one choice that the sentences name by its text.
/// In every rule a choice's own text counts as its letter.
/// </remarks>
internal sealed partial class ChoiceReader
{
    private const int LongestText = 400;
    private const int LongestList = 20;

    private readonly ImmutableArray<string> _letters;
    private readonly ChoiceLetter _letter;
    private readonly Lazy<ChoiceTexts> _texts;

    private ChoiceReader(Problem problem)
    {
        _letters = problem.ChoiceLetters;
        _letter = new(problem.ChoiceLetters, problem.ChoiceLabels);
        // Most answers are letters.
        _texts = new(() => new ChoiceTexts(problem.ChoiceTexts));
    }

    private ChoiceTexts Texts => _texts.Value;

    /// <summary>The reader for an item's choices.</summary>
    public static AnswerReader For(Problem problem)
    {
        ChoiceReader reader = new(problem);
        return new(reader.Statements, reader.Fallback);
    }

    /// <summary>A gold answer in canonical form: the bare capital letter; null where it is none.</summary>
    public static string? Canonical(string gold)
    {
        string letter = gold.Trim().Trim('(', ')', '.', ' ').ToUpperInvariant();
        return letter.Length == 1 && char.IsAsciiLetterUpper(letter[0]) ? letter : null;
    }

    private IEnumerable<Reading> Statements(string text)
    {
        List<Reading> stated =
        [
            .. Box.Statements(text, content => WholeChoice(PlainText.WithoutGroups(content)).Letter),
            .. Labels.Choices(text, start => Announced(text, start)),
            .. Labels.Weak(text, start => Announced(text, start)),
            .. Affirmed(text, TheAnswer()),
        ];
        return stated.Count > 0 ? stated : Affirmed(text, IsCorrect());
    }

    // Rules 1 and 2: "so C is the answer", "C is correct".
    private IEnumerable<Reading> Affirmed(string text, Regex affirmation)
    {
        foreach (Match match in affirmation.EnumerateAll(text).Reverse())
        {
            if (_letter.Of(match.Groups["letter"].Value) is not { } named) continue;
            if (Clause.IsDoubted(text, match.Index) || Clause.IsQuestion(text, match.Index))
                continue;
            bool several = IsListedBefore(text, match.Index) || _letter.NamesAnother(text, match.Index + match.Length, named);
            yield return new(match.Index, match.Index + match.Length, several ? null : named, true);
            yield break;
        }
    }

    // "A or B is the answer"
    private bool IsListedBefore(string text, int position) =>
        ListedBefore().Match(text[Math.Max(0, position - LongestList)..position]) is { Success: true } before
        && _letter.Of(before.Groups["letter"].Value) is not null;

    // Rule 1: what stands behind a label.
    private Reading? Announced(string text, int start)
    {
        int from = SkipLeadIn(text, start);
        if (IsListOfOptions(text, start, from)) return null;
        if (Corrected().Match(text, from) is { Success: true } corrected) from = SkipLeadIn(text, corrected.Index + corrected.Length);
        if (Undecided().Match(text, from) is { Success: true } && LettersIn(text[from..Clause.End(text, from)]).Count > 1)
            return new(start, from, null, true);
        if (_letter.At(text, from) is { } named)
        {
            if (named.Letter is null) return new(start, named.End, null, true);
            if (Rejected().IsMatch(text, named.End)) return null;
            if (Questioned().IsMatch(text, named.End)) return new(start, named.End, null, true);
            bool opened = from > 0 && text[from - 1] is '(' or '"' or '*';
            return new(start, named.End, named.Letter, opened && named.End < text.Length && text[named.End] is ')' or '"' or '*');
        }

        int choice = Texts.AtStart(text[from..Math.Min(text.Length, from + LongestText)]);
        return choice < 0 ? null : new(from, from, _letters[choice], true);
    }

    /// <summary>The choice that a short text consists of: its letter with or without its text, or its text alone.</summary>
    private (string? Letter, bool Several) WholeChoice(string content)
    {
        string bare = content.Trim(' ', '\n', '\r', '\t', '"', '\'', '“', '”', '*', '_', '[', ']', '<', '>', '|', '{', '}', '$', ',');
        if (Texts.Exactly(content) is >= 0 and var named && _letter.Of(bare) is null) return (_letters[named], false);
        if (content.TrimEnd().EndsWith('\'') && !content.TrimStart().StartsWith('\'')) return (null, false);
        if (bare.Length == 1 && _letter.Of(bare) is { } alone)
        {
            // A number may be a published label and another choice's text: then it names none.
            bool another = char.IsAsciiDigit(bare[0]) && Texts.Exactly(bare) is >= 0 and var same && _letters[same] != alone;
            return another ? (null, true) : (alone, false);
        }

        Match match = LetterFirst().Match(bare);
        if (!match.Success) return Texts.Exactly(bare) is >= 0 and var text ? (_letters[text], false) : (null, false);
        Group group = match.Groups["letter"];
        NamedLetter? found = _letter.At(bare, group.Index);
        if (found is { Letter: null }) return (null, true);
        if (found is null && char.IsAsciiDigit(group.Value[0])) return (null, false);
        if (_letter.Of(group.Value) is not { } own || group.Length > 1) return (null, false);
        if (_letter.NamesAnother(bare, group.Index + 1, own)) return (null, true);
        string rest = match.Groups["rest"].Value;
        if (rest.Length > 0 && (Rejected().IsMatch(" " + rest, 0) || NamesOther(rest, own) || Term().IsMatch(rest))) return (null, false);
        if (Questioned().IsMatch(bare, group.Index + 1)) return (null, true);
        bool marked = match.Groups["mark"].Length > 0 || rest.Length == 0;
        bool stands = marked
            || Texts.Is(_letters.IndexOf(own), rest)
            || (own is not ("A" or "I") && !char.IsLower(group.Value[0]))
            || ChoiceLetter.StandsAlone(bare, group.Index, own);
        return (stands ? own : null, false);
    }

    // "C = 400 keV" is C; "A ∪ B" is neither.
    private bool NamesOther(string rest, string own) => LettersIn(rest).Any(other => other != own) && Operator().IsMatch(rest);

    private Reading? Fallback(string text)
    {
        text = Fence().Replace(text, "");
        string trimmed = text.Trim();
        string first = FirstLine(trimmed);
        if (LabelsIn(trimmed) <= 1)
        {
            (string? whole, bool several) = WholeChoice(PlainText.WithoutGroups(first.Trim('*', ' ', '"', '✅', '✓')));
            if (several || LettersBelow().IsMatch(trimmed)) return null;
            if (whole is not null && (first.Length == trimmed.Length || LetterLine().IsMatch(trimmed)))
                return new(0, text.AsSpan().TrimEnd().Length, whole, false);
        }

        Reading? bold = null;
        foreach (Match match in Bold().EnumerateAll(text))
        {
            (string? whole, bool several) = WholeChoice(match.Groups[1].Value);
            if (several) return null;
            if (whole is not null) bold = new(match.Index, match.Index + match.Length, whole, true);
        }

        return bold ?? Concluded(text);
    }

    // Rules 5 and 6.
    private Reading? Concluded(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        bool listed = LabelsIn(text) > 1 && OptionLabel().IsMatch(line);
        if (!listed)
        {
            List<Match> named = Mentions(line);
            // Where the line weighs several, its last sentence decides.
            if (named.Select(OwnLetter).Distinct().Count() > 1) named = [.. named.Where(match => match.Index >= LastSentence(line))];
            if (named.Select(OwnLetter).Distinct().Count() == 1)
            {
                int at = start + named[^1].Index;
                return new(at, at + named[^1].Length, OwnLetter(named[^1]), named[^1].Value.EndsWith(')'));
            }

            if (named.Count > 0)
            {
                Match conclusion = Conclusion().Match(line);
                string? own = conclusion.Success ? _letter.Of(conclusion.Groups["letter"].Value) : null;
                return own is null ? null : new(start + conclusion.Index, start + line.Length, own, false);
            }
        }

        return Texts.Only(text) is >= 0 and var only ? new(0, start + line.Length, _letters[only], true) : null;
    }

    private string OwnLetter(Match match) => _letter.Of(match.Groups["letter"].Value)!;

    // The letters that a line names and neither rejects nor only considers.
    private List<Match> Mentions(string line) =>
    [
        .. Mention().EnumerateAll(line).Where(match => _letter.Of(match.Groups["letter"].Value) is { } own
            && ChoiceLetter.StandsAlone(line, match.Groups["letter"].Index, own)
            && !Rejected().IsMatch(line, match.Groups["letter"].Index + 1)
            && !Clause.IsDoubted(line, match.Index)
            && !Clause.IsQuestion(line, match.Index)),
    ];

    private HashSet<string> LettersIn(string text) =>
        [.. Mention().EnumerateAll(text).Select(match => _letter.Of(match.Groups["letter"].Value)).OfType<string>()];

    private static int LastSentence(string line)
    {
        Match end = EndOfSentence().Match(line.TrimEnd());
        return end.Success ? end.Index + end.Length : 0;
    }

    // "Let us look at each option:" and then all of them, a line each.
    private static bool IsListOfOptions(string text, int start, int from)
    {
        if (text.AsSpan(start, from - start).IndexOf('\n') < 0) return false;
        return OptionLabel().EnumerateAll(text)
            .Where(label => label.Index >= start)
            .Select(label => label.Groups["letter"].Value)
            .Distinct()
            .Count() > 1;
    }

    private static int SkipLeadIn(string text, int start)
    {
        int from = PlainText.SkipDress(text, start);
        Match lead = LeadIn().Match(text, from);
        return lead.Success ? PlainText.SkipDress(text, from + lead.Length) : from;
    }

    private static int LabelsIn(string text) =>
        OptionLabel().EnumerateAll(text).Select(match => match.Groups["letter"].Value).Distinct().Take(3).Count();

    private static string FirstLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is var end && end < 0 ? text : text[..end];
}
