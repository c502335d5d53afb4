using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Decides whether a statement is made, or only considered: under a condition, a doubt, a negation, as somebody else's, or as a
/// question.</summary>
internal static partial class Clause
{
    private const int FarthestBack = 160;

    /// <summary>Whether what stands between the clause's start and a position takes the statement there back.</summary>
    /// <param name="text">The response.</param>
    /// <param name="position">Where the statement begins.</param>
    public static bool IsDoubted(string text, int position)
    {
        int from = Math.Max(0, position - FarthestBack);
        string before = text[from..position];
        if (Conditional().IsMatch(before)) return true;
        Match boundary = Boundary().Match(before);
        string clause = boundary.Success ? before[(boundary.Index + boundary.Length)..] : before;
        return Doubt().IsMatch(clause);
    }

    /// <summary>Whether the sentence from a position on is a question.</summary>
    public static bool IsQuestion(string text, int position) => Question().IsMatch(text, position);

    /// <summary>Where the sentence that holds a position ends: at its mark, or at the line's end.</summary>
    public static int End(string text, int from)
    {
        Match end = SentenceEnd().Match(text, from);
        return end.Success ? end.Index : text.Length;
    }

    // "If she sold 3, …"; "if we add them, …" is a way of reasoning.
    [GeneratedRegex(@"(?:^|[.!?。]\s+|\n\s*)\W*(?:[Ii]f|[Ss]uppose|[Aa]ssuming|[Uu]nless)\s+(?!(?:we|you|I|one)\b)[^.!?\n]*$")]
    private static partial Regex Conditional();

    // A sentence's mark, a comma, a bracket, or a word that turns from reasons to the conclusion.
    [GeneratedRegex(
        @"[.!?](?=\s)|[。！？，\n;,:(]|\b(?:so|therefore|thus|hence|but|because|however)\b",
        RegexOptions.IgnoreCase | RegexOptions.RightToLeft)]
    private static partial Regex Boundary();

    // "if …", "whether …", "I doubt that …", "one might think …", "some say that …", "the wrong answer …", "I would not …"
    [GeneratedRegex("""
        \b(?:if|unless|suppos\w+|assum\w+|whether|(?<!\b(?:no|without|beyond|any)\s)doubt\w*|tempt\w+|neither|nor|deny|denies|disagree|unlikely|hardly|whoever|anyone
        |nobody|imagine)\b
        |\b(?:might|may|would|could|can|must|should)\s+(?:\w+\s+)?(?:think|say|argue|guess|believe|claim|conclude|suggest|expect|imply)\b
        |\b(?:some|many|others?|people|students|sources|someone|they|he|she|textbooks?|colleagues?)\s+(?:\w+\s+){0,2}?(?:say|says|said
        |give|gives|think|thinks|thought|claim|claims|argue|believe|believes|suggest|list|lists)\b
        |\b(?:thought|assumed|guessed|believed|mistook)\b|\b(?:wrong|incorrect|false|mistaken|untrue|impossible|doubtful|an?\s+(?:error
        |mistake))\s+(?:to|that)\b
        |\b(?:claim|idea|notion|assertion|hypothesis)\s+that\s+(?:option\s+)?$
        |\b(?:not|never)\s+(?:\w+\s+)?(?:sure|certain|clear|convinced|true|think|believe|say|mean|case|correct|right|know)\b
        |n['’]t\s+(?:\w+\s+)?(?:sure|certain|clear|convinced|think|believe|say|mean|know|see)\b
        |(?:\b(?:naive|wrong|incorrect|mistaken|false|tempting|distractor|trap|rejected|obvious\s+but\s+wrong|first|initial|previous
        |earlier|old)\s+)$
        |(?:\b(?:not|never|cannot|neither)|n['’]t)\s+(?:\w+\s+){0,2}$
        |如果|假设|若|是否
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Doubt();

    [GeneratedRegex(@"\G[^.!?。？\n]{0,160}[?？]")]
    private static partial Regex Question();

    [GeneratedRegex(
        @"(?<!\b(?:i\.e|e\.g|approx|Rs|No|vs|ca|resp))(?:\?|(?<!\.)\.(?!\.)|!(?!\$|\\\)|\}|\s=|\.))(?=[\s*""”’)\]}$<]|$)"
            + @"|[。！？]|\n")]
    private static partial Regex SentenceEnd();
}
