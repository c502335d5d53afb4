using System.Text;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Prepares a response for the readers: one form of every character, no struck-out text, no text of a later turn.</summary>
internal static partial class ResponseText
{
    /// <summary>The text with plain letters and digits, complete commands, and without what the model struck out.</summary>
    public static string Prepared(string text)
    {
        string plain = EndOfTurn().Match(text) is { Success: true } end ? text[..end.Index] : text;
        plain = BrokenCommand().Replace(plain, match => match.ValueSpan[0] == '\b' ? @"\b" : @"\f");
        plain = ClosingTag().Replace(Folded(plain), "\n");
        // No code is generated for a pattern that refers back without regard to case, and few responses have a tag.
        if (plain.Contains('<', StringComparison.Ordinal)) plain = Emphasis().Replace(plain, "${content}");
        return Struck().Replace(plain, " ");
    }

    /// <summary>Where a model begins to write the next question itself; −1 where it does not.</summary>
    public static int NextQuestion(string text) => Dialogue().Match(text) is { Success: true } next ? next.Index : -1;

    // Full-width forms, as Chinese and Japanese text uses them, and characters that show nothing.
    private static string Folded(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u200B', '\uFFFF')) return text;
        StringBuilder folded = new(text.Length);
        foreach (char c in text)
        {
            if (c is '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' or '\uFE0F') continue;
            folded.Append(c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c == '\u3000' ? ' ' : c);
        }

        return folded.ToString();
    }

    // "<|im_end|>"
    [GeneratedRegex(@"<\|(?:im_end|end|endoftext|eot_id|end_of_text|return|eom_id)\|>|</s>|<｜end▁of▁sentence｜>|<end_of_turn>|<eos>")]
    private static partial Regex EndOfTurn();

    // "</answer>" ends an answer as a line's end does.
    [GeneratedRegex(@"</(?:final_)?answer>|\[/ANSWER\]", RegexOptions.IgnoreCase)]
    private static partial Regex ClosingTag();

    // "<b>C</b>"
    [GeneratedRegex(@"<(?<tag>b|strong|i|em|u|p|span|code)>(?<content>[^<\n]{0,200})</\k<tag>>", RegexOptions.IgnoreCase)]
    private static partial Regex Emphasis();

    // A JSON reader turned "\boxed" and "\frac" into a backspace or form feed and the rest.
    [GeneratedRegex(@"\x08(?=oxed|f\b)|\x0C(?=rac|box)")]
    private static partial Regex BrokenCommand();

    // "~~18~~ 20", "<del>18</del> 20", "\cancel{18} 20"
    [GeneratedRegex(@"~~[^~\n]{1,80}~~|<(?<tag>del|s|strike)>[^<\n]{1,80}</\k<tag>>|\\[bx]?cancel\{[^{}\n]{0,80}\}")]
    private static partial Regex Struck();

    // "\n\nHuman: …", "\n\nQuestion: …"
    [GeneratedRegex(
        @"\n[ \t]*(?:\#+[ \t]*|\*\*)?(?:Human|User|Question|Problem|Q|Student)[ \t]?\d{0,3}(?:\*\*)?:",
        RegexOptions.IgnoreCase)]
    private static partial Regex Dialogue();
}
