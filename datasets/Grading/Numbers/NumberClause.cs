using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>What a sentence says about a number.</summary>
/// <param name="Value">The number; null where the sentence speaks of numbers and names no single one.</param>
/// <param name="End">Where the number ends in the plain text.</param>
internal sealed record StatedNumber(ExactNumber? Value, int End);

/// <summary>
/// Reads the number that a sentence states. In this order: "not 40 but 42" is 42; a number at the start counts if it ends there; else the
/// value behind "=", "which is", "gives"; else the only number. A bound ("at most 18"), a range, a list and a question state none.
/// </summary>
internal static partial class NumberClause
{
    private const int MaxSteps = 8;

    /// <summary>Reads a sentence in plain text; null where it holds no number at all.</summary>
    public static StatedNumber? Read(string sentence) => Read(sentence, 0, 0);

    private static StatedNumber? Read(string sentence, int from, int step)
    {
        if (Corrected().Match(sentence, from) is { Success: true } corrected) from = corrected.Index + corrected.Length;
        Match lead = LeadIn().Match(sentence, from);
        int start = from + lead.Length;
        if (NumberScan.At(sentence, start) is { } number)
        {
            if (Ends(sentence, number.End)) return new(number.Value, number.End);
            StatedNumber result = Later(sentence, number.End, step) ?? new(null, sentence.Length);
            // "42 = 6 × 7" states its left side.
            return result.Value is null && Equation().IsMatch(sentence, number.End) ? new(number.Value, number.End) : result;
        }

        Match first = AnyNumber().Match(sentence, start);
        if (!first.Success) return null;
        string before = sentence[start..first.Index];
        if (Bound().IsMatch(before) || Operand().IsMatch(before))
            return Later(sentence, first.Index + first.Length, step) ?? new(null, sentence.Length);
        if (Later(sentence, from, step) is { } later) return later;
        bool only = !AnyNumber().IsMatch(sentence, NumberScan.At(sentence, first.Index)?.End ?? first.Index + first.Length);
        return only && !Reference().IsMatch(before) && NumberScan.At(sentence, first.Index) is { } single && Ends(sentence, single.End)
            ? new(single.Value, single.End)
            : new(null, sentence.Length);
    }

    /// <summary>Whether the number that ends here is all that the sentence states: nothing joins, compares or multiplies it.</summary>
    public static bool Ends(string sentence, int end) =>
        NumberScan.EndsAt(sentence, end) && !GoesOn.IsMatch(sentence, end) && !Asked().IsMatch(sentence, end);

    // "50 - 8, which is 42", "3 * 4 = 12", "3 groups of 14 make 42"
    private static StatedNumber? Later(string sentence, int from, int step)
    {
        if (step >= MaxSteps) return null;
        Match result = Result().Match(sentence, from);
        if (!result.Success) return null;
        // Two equations, "x = 5 or x = 7", have two results.
        int behind = result.Index + result.Length;
        return Alternative().IsMatch(sentence, behind) ? new(null, sentence.Length) : Read(sentence, behind, step + 1);
    }

    private const string Digits = @"(?:[-−]?\s?[$€£¥₹]?\s?\.?\d|(?:" + NumberWords.Word + @"|half|twice)\b)";

    // Words of a unit: "marbles", "square feet", "per day".
    private const string UnitWords =
        @"(?:\s?[%°¢€£¥₹$]|[\s-]+(?!(?:or|and|to|of|in|is|are|was|by|for|from|with|out|plus|minus|times|over|if|as|at|on|per"
        + @"|because|since|so|which|when|nor|but|than|through|versus|that|this|it)\b)[A-Za-z][A-Za-z.'’²³/]*(?<!\.)){0,3}?";

    private const string Hedges =
        @"(?:\W+(?:maybe|perhaps|possibly|probably|also|then|even|else|about|approximately|around|another|a|is\sit|was\sit"
        + @"|it\scould\sbe|could\sbe|might\sbe|it\sis|alternatively|more|sometimes|no|wait|sorry|rather|actually|hmm|well"
        + @"|i\smean|followed\sby))*";

    // What joins another number: "or maybe", "to", ",", "–", "(or", a unit's blank ("5 hours 30 minutes"), "of", "make".
    private const string Joints =
        @"(?:\s+of\s+(?:each|them|these|those))?\s*[,;]?\s*\(?\b(?:or|and|to|through|versus|vs|nor|plus|minus|times|over|divided\sby|by|point"
        + @"|as\swell\sas|along\swith|together\swith|respectively|resp\.?)(?:\b|(?<=\.))" + Hedges + @"\W{0,3}"
        + @"|(?:\s+of\s+(?:each|them|these|those))?\s*[,;/&|~]" + Hedges + @"(?!\W{0,3}\d+\s+of\s+(?:whom|which|them|those|these)\b)\W{0,3}"
        + @"|(?<=\d)[A-Za-z]{1,7}\.?\s*(?:,|and)?\s*"
        + @"|\s*[-–—]+\s*(?:\bor\b" + Hedges + @"\W*|(?=\W{0,3}\d))"
        + @"|\s*\(\s*(?:or|and|maybe|perhaps|possibly)\b[^)\n\d]*"
        + @"|(?<=[A-Za-z.%]\s*)(?<!\b(?:for|in|per|a|an|because|since|when|with|after|before|from|at|on|while|as|if"
        + @"|using|considering|assuming|given|taking|counting|including|among|across|all|every|each|these|those|the|first|last)\s*)\s+"
        + @"|\s+(?:out\s+)?of\s+(?:(?:the|a|those|these)\s+(?=out))?"
        + @"|(?<=\d\s*)\s+in\s+"
        + @"|\s*\b(?:is|are|makes?|gives?|equals?|yields?|leaves?)\s+(?:about\s+)?";

    // What shows without another number that the sentence's number is not the one just read.
    private const string Changes =
        @"\s*[=≈]"
        + @"|\s+(?:at\s+(?:most|least)|max(?:imum)?|minimum|tops)\b"
        + @"|\s*,?\s*\bor\b(?!\s+so\b)(?:\W+(?!\d)\w+){1,3}?\W{0,3}\d"
        + @"|\s+(?:if|for|when)\b[^.!?\n]{1,40}?(?:[,;]|\band\b)\s*[$]?\d[^.!?\n]{0,20}\b(?:if|for|when|otherwise|else)\b"
        + @"|\s+(?:more|less|fewer|greater|times\s+(?:as|more))\s+(?:\w+\s+)?(?:than|as|many|much)\b"
        + @"|\s+(?:or|and)\s+(?:more|less|fewer|higher|lower|above|below|under|over|greater|up|counting)\b"
        + @"|\s*,?\s*(?:but|or|though|although)\s+(?:it\s+|that\s+|this\s+)?(?:could|might|may|maybe|perhaps)\b";

    // Said of the number itself: "18 squared", "18 and a half".
    private const string Powers =
        @"\s*(?:squared|cubed|factorial|choose|sqrt|root|halves|thirds|and\s+a\s+(?:half|third|quarter)|pi\b|\*|(?:st|nd|rd|th)\s+(?:root|power)"
            + @"|(?:plus|minus|times|over|divided\s+by|per)\s+[b-z]\b(?!['’]))";

    // Interpreted: as generated code it would be larger than all the rest of this folder, and it reads single sentences only.
    private static readonly Regex GoesOn = new(
        @"\G(?:" + Powers + "|" + UnitWords + "(?:(?:" + Joints + ")" + Digits + "|" + Changes + "))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "18?", "18, right?"
    [GeneratedRegex(@"\G[^.?!\n,;]{0,30}(?:,\s*(?:right|no|correct|is it|isn['’]t it|or not)\s*)?\?")]
    private static partial Regex Asked();

    // "not 40 but 42", "not 40; it is 42", "18, no, 20"
    [GeneratedRegex(
        @"\G\s*(?:not|neither)\b[^.!?\n]{1,60}?(?:\bbut(?:\s+rather)?|[;,—–-]\s*(?:it\s+is|it['’]s|rather|instead))\s+",
        RegexOptions.IgnoreCase)]
    private static partial Regex Corrected();

    // "approximately", "a total of", "equal to"
    [GeneratedRegex(
        @"\G(?:[\s*:=≈~(""'“”‘’$\[]|(?:approximately|approx\.?|about|exactly|precisely|equal to|equals|a total of|total of"
            + @"|in total|only|just|around|roughly|circa|the number|number|simply|now|clearly|therefore|then|thus|indeed"
            + @"|definitely|obviously|the value|given by|found to be|an?\s+integer,?|the integer|is|be|USD|EUR|Rs\.?|€|£"
            + @"|¥)(?![A-Za-z]))*",
        RegexOptions.IgnoreCase)]
    private static partial Regex LeadIn();

    // "at most", "less than", "between", "not", "half of": what follows is not the number stated.
    [GeneratedRegex(
        @"(?:[<>≤≥±√]|\b(?:not|no|never|neither|nor|either|both|between|among|at\s+most|at\s+least|less|fewer|lower|smaller"
            + @"|more|greater|larger|higher|bigger|above|below|under|over|beyond|exceeds?|exceeding|up\s+to|down\s+to|multiple\s+of|factor\s+of|divisor\s+of|power\s+of|divisible\s+by|different|other\s+than|anything|bounded\s+by"
            + @"|limited\s+to|capped\s+at|almost|nearly|close\s+to|minimum|maximum|half|third|quarter|twice|double|triple|thrice"
            + @"|square|cube|root|sqrt|log|sum|difference|product|quotient|ratio|unknown|cannot|undetermined|from|if|unless"
            + @"|isn['’]t|wasn['’]t|can['’]t|don['’]t|doesn['’]t|one\s+of|any\s+of)\b|n['’]t\b|\\[A-Za-z])",
        RegexOptions.IgnoreCase)]
    private static partial Regex Bound();

    // "x + 18", "y - 18"
    [GeneratedRegex(@"[+*/^÷×]\s*$|[A-Za-z)]\s*[-−]\s*$|(?<![A-Za-z])[b-zB-Z]\s*$")]
    private static partial Regex Operand();

    [GeneratedRegex(@"\G(?:\s*[A-Za-z%]{1,20}){0,2}\s*=\s*[-(]?\d[\d.,]*\s*(?:[×*+/÷-]|\\times|\\cdot)\s*[(]?\d[^=]*$")]
    private static partial Regex Equation();

    // "step 3", "case 2"
    [GeneratedRegex(
        @"\b(?:step|section|equation|eq|case|part|figure|page|option|problem|question|method|line|row|column|chapter|number"
            + @"|no|choice|item|answer)\.?\s*[(#]?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex(@"(?<![\w.])\.?\d|\b(?:" + NumberWords.Word + @")\b", RegexOptions.IgnoreCase)]
    private static partial Regex AnyNumber();

    [GeneratedRegex(
        @"[=≈]\s*|\b(?:is|are|was|equals?|makes?|making|gives?|giving|leaves?|leaving|yields?|yielding|totals?|totall?ing"
            + @"|comes? to|so|thus|hence|therefore|i\.e\.,?|that is,?|namely|get|gets|got|have|has|had|earns?|earned|needs?|needed"
            + @"|costs?|cost|pays?|paid|obtain|find|found|spends?|spent|saves?|saved|makes|sells?|sold|produces?|takes?|took"
            + @"|weighs?|contains?|owns?|receives?|received|bought|buys?|ate|eats?|traveled|walks?|walked|runs?|ran|reads?"
            + @"|collected|collects?|holds?|fits?|fills?|contain)(?![A-Za-z])\s*[:,]?\s*(?=(?:[*:=≈~(""'“”$\[]|about|approximately"
            + @"|exactly|only|just|a\stotal\sof|equal\sto|it\sis|the\sanswer\sis|is|\s)*"
            + Digits
            + @")",
        RegexOptions.IgnoreCase)]
    private static partial Regex Result();

    // "… or x = 7"
    [GeneratedRegex(@"\G[^=≈]{1,40}(?:\b(?:or|and)\b[^=≈]{0,12}|,\s*[A-Za-z]\w{0,3}\s*)[=≈]")]
    private static partial Regex Alternative();
}
