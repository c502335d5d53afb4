using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <content>The patterns, each with an example.</content>
internal sealed partial class ChoiceReader
{
    // "(C) a pulley", "Option C: a pulley"
    [GeneratedRegex(
        @"^\s*(?<label>(?:the\s+)?(?:correct\s+|final\s+|right\s+|best\s+)?(?:option|choice|answer|letter)\s*(?:is\b"
            + @"|:)?\s*)?[(\[*\s]*(?<letter>[A-Za-z1-9]|[A-Z]{2,6})(?<mark>\s*[)\].:,]+|)(?![A-Za-z0-9&^]|_\w"
            + @"|['’][A-Za-z])\s*(?<rest>.*?)\s*$",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex LetterFirst();

    // "A ∪ B", "A + B", "A → B"
    [GeneratedRegex(@"^[\s*)\]]*(?:[+∪∩∧∨→⇒&/|,;=-]|\\[A-Za-z]|and\b|or\b)")]
    private static partial Regex Operator();

    // "C + 1"
    [GeneratedRegex(@"^[+*/^]\s*\w")]
    private static partial Regex Term();

    // "…, so it must be C."
    [GeneratedRegex(
        @"(?:\b(?:must|has\s+to|can\s+only)\s+be|\b(?:so|therefore|hence|thus|leaving"
            + @"|leaves)(?:\s+it\s+is)?)\s+(?:option\s+)?[(*]*(?<letter>[A-Z])[)*]*\W*$")]
    private static partial Regex Conclusion();

    // "```"
    [GeneratedRegex(@"^[ \t]*```\w*[ \t]*$", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"[.!?]\s+(?=\S)|[。！？]", RegexOptions.RightToLeft)]
    private static partial Regex EndOfSentence();

    // "C is the answer", "C must be the correct choice", "C is the best option"
    [GeneratedRegex(
        @"(?<![\w'’.-])\(?(?<letter>[A-Z])\)?\*{0,2}\s+(?:is|must be|has to be|should be)\s+(?:therefore\s+|clearly\s+"
            + @"|indeed\s+|definitely\s+|thus\s+)?(?:(?:the|my)\s+)(?:only\s+|most\s+|best\s+|final\s+|correct\s+|right\s+"
            + @"|likely\s+)*(?:answer|choice|option|one)\b(?!\s+(?:only|if|when|for|in|under|unless|except|that|which|to)\b)")]
    private static partial Regex TheAnswer();

    // "C is correct", "C 是正确的"
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_'’.-])\(?(?<letter>[A-Z])\)?\*{0,2}(?:\s+(?:is|must be|would be|has to be)\s+(?:therefore\s+"
            + @"|clearly\s+|indeed\s+|definitely\s+|thus\s+)?(?:the\s+)?(?:only\s+|most\s+)?(?:correct|right|best)\b(?!\s+(?:only"
            + @"|if|when|for|in|under|unless|except)\b)|\s*(?:选项)?\s*(?:是|为)?\s*(?:正确|对)的?)")]
    private static partial Regex IsCorrect();

    // "A or B is the answer", "A and B"
    [GeneratedRegex(@"[(*]*(?<letter>[A-Z])[)*]*\s*(?:,|\bor\b|\bnor\b|\band\b|/)\s*[(*]*$")]
    private static partial Regex ListedBefore();

    [GeneratedRegex(
        @"\G(?:(?:(?:is|are|was|be|would|should|must|will|clearly|therefore|then|thus|most|likely|definitely|probably|simply"
            + @"|actually|to be|seems|the|letter|option|choice|choices|answer|answers|correct|right|final|one|best|my"
            + @"|labell?ed)(?![A-Za-z])|(?:选项|选|是|为|\\text\{|\\textbf\{|\\mathrm\{|\\mathbf\{))[\s:*(""'`{\[<_$|]*)+",
        RegexOptions.IgnoreCase)]
    private static partial Regex LeadIn();

    // "not A; it is C", "neither A nor B, but C"
    [GeneratedRegex(
        @"\G(?:not|neither)\b[^.!?\n]{1,60}?(?:[,;—–-]\s*(?:it\s+is|it['’]s|but|rather|instead)|\bbut(?:\s+rather)?)\s+",
        RegexOptions.IgnoreCase)]
    private static partial Regex Corrected();

    // "either B or C", "both A and B"
    [GeneratedRegex(@"\G(?:either|both|one\s+of|any\s+of|all\s+of|among|between)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Undecided();

    // "C?"
    [GeneratedRegex(@"\G[)\]*""'_]*\s*[?？]")]
    private static partial Regex Questioned();

    // "A is wrong", "A and B are too small", "A cannot be", "A选项太小"
    [GeneratedRegex("""
        \G[)\]*"'_]*(?:\s*(?:,|/|\b(?:and|or|nor)\b)+\s*[(*]*[A-Z][)*]*(?![A-Za-z0-9]))*
        (?:\s+(?:(?:is|are|was|were|seems?|looks?|would\s+be|must\s+be|can\s+be|could\s+be)\s+(?:also\s+|both\s+|just\s+|therefore\s+
        |\w+ly\s+)*(?:not|never|incorrect|wrong|false|invalid|too|out|implausible|impossible|tempting|unlikely|ruled|eliminated|excluded
        |rejected|discarded|off|a\s+(?:common\s+)?distractor|a\s+trap|irrelevant|unrelated|insufficient)\b
        |(?:isn|aren|wasn|doesn|don|can|couldn|won|wouldn)['’]t\b|cannot\b|can\s+not\b|(?:does|do|did|will|would|could)\s+not\b|fails?\b
        |violates?\b|contradicts?\b|ignores?\b|overlooks?\b|(?:has|have|gives?|is|are)\s+(?:the|an?)\s+(?:wrong|incorrect|opposite|false)\b
        |(?:is|are|was|were|would\s+be|might\s+be|could\s+be)\b[^.!?;,\n]{0,40}\b(?:if|unless)\b)
        |\s*(?:选项)?\s*(?:是)?\s*(?:不|错|太|过))
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Rejected();

    // A letter that the sentence does not set aside: not "rather than B", "rule out B".
    [GeneratedRegex(
        @"(?<!(?i:\bnot|n['’]t|\bthan|\bneither|\bnor|\binstead\s+of|\bover|\bunlike|\b(?:any|anything|everything|all)\s+but"
            + @"|\bexcept|\bexclude|\bexcluding|\beliminate|\beliminates|\beliminating|\brule\s+out|\brules\s+out|\bruling\s+out"
            + @"|\breject|\brejecting|\bdiscard|\bvitamin|\bgrade|\bplan|\btype|\bgroup)\s+(?:both\s+|choice\s+|options?\s+"
            + @"|choices\s+)?(?:[(]?[A-Z][)]?\s*(?:,|and|or|nor)\s*){0,4}[(]?)(?:\((?<letter>[A-Z])\)"
            + @"|(?<!\b[Nn]/)(?<![\w’.(-])(?<letter>[A-Z])(?![\w+-]|['’]\w))")]
    private static partial Regex Mention();

    // "A. a lever", a line each
    [GeneratedRegex(@"^[ \t]*[*-]{0,3}[ \t]*\(?(?<letter>[A-Z])(?:\)|\.|:)[*]{0,2}(?=\s)", RegexOptions.Multiline)]
    private static partial Regex OptionLabel();

    [GeneratedRegex(@"^\W*[A-Z]\s*(?:[).:*]|$|\n)")]
    private static partial Regex LetterLine();

    // "A.\nB."
    [GeneratedRegex(@"^\W*[A-Z]\W*\n\W*[A-Z]\W*(?:\n|$)")]
    private static partial Regex LettersBelow();

    [GeneratedRegex(@"\*\*([^*\n]{1,200})\*\*")]
    private static partial Regex Bold();
}
