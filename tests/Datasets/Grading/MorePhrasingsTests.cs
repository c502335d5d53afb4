using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>Further ways in which models state answers, on a sample of the real items and for the gold and a wrong answer alike.</summary>
public sealed class MorePhrasingsTests
{
    private const int Stride = 5;

    [Theory]
    [InlineData("gsm8k")]
    [InlineData("cruxeval")]
    [InlineData("bbh")]
    [InlineData("arc")]
    public void Grade_OtherPhrasings_Read(string task)
    {
        List<string> faults = [];
        foreach (Problem problem in Shared.Load(task).Problems.Where((problem, i) => i % Stride == 0 && Phrasings.HasWrong(problem)))
        {
            foreach (string answer in new[] { problem.Gold[0], Phrasings.Wrong(problem) })
            {
                foreach (string response in Of(problem, answer))
                {
                    Grade grade = AnswerGrader.Grade(problem, response);
                    if (grade.Status != GradeStatus.Answered || grade.Correct != (answer == problem.Gold[0])) faults.Add(
                        $"{problem.Id}: {grade.Status} '{grade.Answer}' for '{answer}' in: {response.ReplaceLineEndings("\\n")}");
                }
            }
        }

        Assert.True(
            faults.Count == 0,
            $"{faults.Count} faults:\n{string.Join('\n', faults.Where((_, i) => i % Math.Max(1, faults.Count / 25) == 0))}");
    }

    private static IEnumerable<string> Of(Problem problem, string answer) => problem.Kind switch
    {
        AnswerKind.Number =>
        [
            $@"So we get $\boxed{{{answer}}}$.", $@"\[\boxed{{{answer}}}\]", $@"\boxed{{\text{{{answer}}}}}", $@"\boxed{{\${answer}}}",
                $@"\boxed{{{answer} \text{{ apples}}}}",
            $"**Final Answer:** {answer}", $"**Answer**: {answer}", $"Answer: **{answer}**", $"The final answer is ${answer}$.",
                $"The answer is:\n\n**{answer}**", $"Final answer:\n\n{answer}\n",
            $"2 + 2 = 4, and then x = {answer}", $"The answer to the question of 12 items is {answer} dollars.", $"First 3, then "
                + $"4.\n\n#### {answer}", $"{{\"answer\": {answer}}}", $"{{\"answer\": \"{answer}\"}}",
            $"Therefore, the answer is ${answer}.00.", $"The answer is 7. Wait, I forgot one: the answer is {answer}.",
                $@"It is \boxed{{7}}, no: \boxed{{{answer}}}", $"The answer is **{answer}**, since 3 > 2.",
                    $"The answer would be {answer}!",
        ],
        AnswerKind.Choice =>
        [
            $@"$\boxed{{\text{{{answer}}}}}$", $@"\boxed{{\mathbf{{{answer}}}}}", $@"\boxed{{({answer})}}", $@"\boxed{{{answer}.}}",
                $@"\boxed{{\text{{({answer}) something}}}}", $"Answer: **{answer}**", $"**Answer: {answer}**", $"ANSWER: {answer}",
            $"The correct option is **{answer}**.", $"I'd go with option ({answer}).", $"The answer is option {answer}", $"So, ({answer}) "
                + $"is correct.", $"The answer is \"{answer}\".", $"({answer})", $"{answer})", $"{answer}.", $"**{answer}**",
            $"Hence the correct choice would be {answer}, since it fits.", $"{{\"answer\": \"{answer}\"}}", $"```json\n{{\n  \"answer\": "
                + $"\"{answer}\"\n}}\n```", $"The answer is ({answer.ToLowerInvariant()}).", $"answer is: $({answer})$",
            $"The best answer is {answer}.", $"Option {answer} is the correct answer.", $"My final answer is ({answer}) because the "
                + $"others do not fit.", $"Therefore, the correct answer is:\n\n**({answer})**",
        ],
        AnswerKind.Boolean =>
        [
            $@"\boxed{{\text{{{answer}}}}}", $@"$\boxed{{{answer.ToUpperInvariant()}}}$", $"The answer is **{answer}**.",
                $"Therefore, the answer is {answer}, as shown.", $"**{answer}**", $"**Answer:** {answer}", $"{{\"answer\": \"{answer}\"}}",
                    $"{answer}.", $"So the answer is \"{answer}\".",
        ],
        AnswerKind.Literal =>
        [
            $"**Output:** `{answer}`", $"The output is:\n\n```\n{answer}\n```", $"```python\n{answer}\n```", $"assert f(1) == {answer}",
                $@"\boxed{{{answer}}}.", $"So the result is {answer}.", $"Final answer: {answer}", $"[ANSWER]{answer}[/ANSWER]",
                    $"[ANSWER]\nf('a') == {answer}\n[/ANSWER]",
            $"f('==', \"(\") returns `{answer}` here.", $"The function returns {answer} because of the loop.", $"The output will be "
                + $"`{answer}`.", $"**{answer}**", $"The answer is `{answer}`.",
        ],
        AnswerKind.Brackets =>
        [
            $"`{answer}`", $@"\boxed{{\text{{{answer}}}}}", $"The answer is: {answer}", $"so we need to add \"{answer}\" at the end.",
                $"**Answer:** `{string.Join(' ', answer.ToCharArray())}`", $"```\n{answer}\n```",
        ],
        _ =>
        [
            $@"\boxed{{{answer.Replace(" ", ", ", StringComparison.Ordinal)}}}", $"The sorted words: "
                + $"{answer.Replace(" ", ", ", StringComparison.Ordinal)}.", $"Here is the sorted list:\n\n{Numbered(answer)}",
                    answer.Replace(' ', '\n'), $"Sorted:\n\n{answer.Replace(' ', '\n')}\n",
            $"**Answer:** {answer}", $"Final Answer: **{answer}**", $"The answer is:\n- "
                + $"{answer.Replace(" ", "\n- ", StringComparison.Ordinal)}", $"```\n{answer}\n```", $"In alphabetical order, we "
                + $"have:\n\n**{answer}**",
        ],
    };

    private static string Numbered(string words) => string.Join('\n', words.Split(' ').Select((word, i) => $"{i + 1}. {word}"));
}
