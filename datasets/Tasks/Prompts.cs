using System.Collections.Immutable;
using System.Text;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// The wording of prompts, the answer cues and their token limits. They are the same at every budget.
/// </summary>
/// <remarks>
/// The instruction for mathematics is the one that Qwen3's model card asks for; the others follow its form, so that one cue
/// (<c>The final answer is \boxed{</c>) fits numbers, letters and yes/no alike. Where braces or quotes belong to the answer
/// (literals, word lists, brackets) a box would mangle them and the cue opens none.
/// </remarks>
internal static class Prompts
{
    /// <summary>Cue for numbers, letters and yes/no: the model completes the box.</summary>
    public const string BoxedCue = @"The final answer is \boxed{";

    /// <summary>Cue for answers that a box would mangle. It ends without a blank, which would split the next word's token.</summary>
    public const string OpenCue = "The final answer is:";

    /// <summary>A number with its sign, decimals and a closing brace fits into 32 tokens even where a token is one digit.</summary>
    public const int NumberTokens = 32;

    /// <summary>A letter or yes/no takes at most 4 tokens; the rest lets a wordy model close its box.</summary>
    public const int WordTokens = 16;

    /// <summary>CRUXEval's longest gold literal has 50 characters.</summary>
    public const int LiteralTokens = 64;

    /// <summary>BBH's longest sorted list has 20 rare words in 182 characters.</summary>
    public const int WordListTokens = 128;

    /// <summary>BBH's bracket remainders have at most a few brackets; a model may blank-separate more.</summary>
    public const int BracketTokens = 32;

    private const string StepByStep = "Please reason step by step, and ";

    /// <summary>A problem whose answer is a number.</summary>
    public static string Number(string problem) => $"{problem}\n\n{StepByStep}put your final answer within \\boxed{{}}.";

    /// <summary>A problem that brings its own lettered options.</summary>
    public static string Letter(string problem) =>
        $"{problem}\n\n{StepByStep}put only the letter of your choice within \\boxed{{}}.";

    /// <summary>A question and its choices, lettered here.</summary>
    public static string Letter(string question, ImmutableArray<string> letters, ImmutableArray<string> texts)
    {
        StringBuilder prompt = new(question);
        prompt.Append('\n');
        for (int i = 0; i < letters.Length; i++) prompt.Append('\n').Append(letters[i]).Append(". ").Append(texts[i]);
        return Letter(prompt.ToString());
    }

    /// <summary>A problem whose answer is one of two words.</summary>
    public static string Boolean(string problem, string first, string second) =>
        $"{problem}\n\n{StepByStep}put your final answer, {first} or {second}, within \\boxed{{}}.";

    /// <summary>A problem whose answer is a list of words.</summary>
    public static string WordList(string problem) =>
        $"{problem}\n\n{StepByStep}end with the words in order on one line, separated by blanks.";

    /// <summary>A problem whose answer is the missing rest of a bracket sequence.</summary>
    public static string Brackets(string problem) =>
        $"{problem}\n\n{StepByStep}end with only the missing closing brackets on one line, separated by blanks.";

    /// <summary>Output prediction: a Python function and a call.</summary>
    public static string Output(string code, string input) =>
        $"```python\n{code}\n```\n\nWhat does the call f({input}) return? {StepByStep}end with the returned value as a Python literal, "
            + $"with quotes around strings.";

    /// <summary>Letters A, B, C, … of so many choices.</summary>
    public static ImmutableArray<string> Letters(int count) => [.. Enumerable.Range(0, count).Select(i => ((char)('A' + i)).ToString())];
}
