using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

public sealed class AnswerGraderTests
{
    [Theory]
    [InlineData(@"The final answer is \boxed{18}.", "18")]
    [InlineData(@"The final answer is \boxed{1,450,000} dollars", "1450000")]
    [InlineData(@"\boxed{\$1{,}450.50}", "1450.5")]
    [InlineData(@"\boxed{025}", "25")]
    [InlineData(@"\boxed{40\%}", "40")]
    [InlineData(@"\boxed{(-5)}", "-5")]
    [InlineData(@"\boxed{−5}", "-5")]
    [InlineData(@"\boxed{-\$30}", "-30")]
    [InlineData(@"\boxed{\frac{24}{6}}", "4")]
    [InlineData(@"\boxed{1\frac{1}{2}}", "1.5")]
    [InlineData(@"\boxed{3 \times 10^{4}}", "30000")]
    [InlineData(@"\boxed{x = 12 \text{ apples}}", "12")]
    [InlineData(@"\boxed{\text{five}}", "5")]
    [InlineData(@"\boxed{30000 \text{ km/h}}", "30000")]
    [InlineData("So 16-3", "3")]
    [InlineData("We have 16 - 3 = 13 left over.", "13")]
    [InlineData("The temperature is -3.", "-3")]
    [InlineData("#### 1,234", "1234")]
    [InlineData("The answer is $12.00.", "12")]
    [InlineData("The answer is 3 * 4 = 12.", "12")]
    [InlineData(@"The answer is 7. No, wait: \boxed{8}", "8")]
    [InlineData(@"\boxed{8}. Hmm, I was wrong; the final answer is 9.", "9")]
    [InlineData(@"**Answer: 14**", "14")]
    [InlineData("In 2 days: **$18** for 3 friends", "18")]
    [InlineData(@"\boxed{1 450 000}", "1450000")]
    [InlineData(@"\boxed{1.45 \text{ million}}", "1450000")]
    [InlineData(@"\boxed{\frac12}", "0.5")]
    [InlineData("The answer is 1/2.", "0.5")]
    [InlineData("The answer is eighteen.", "18")]
    [InlineData("The result is negative 10", "-10")]
    [InlineData(@"\boxed{\text{She makes 18 dollars}}", "18")]
    [InlineData(@"\boxed{18} as asked within \boxed{}.", "18")]
    [InlineData(@"\boxed{5R - 4}", "")]
    [InlineData(@"\boxed{12 or 13}", "")]
    [InlineData(@"\boxed{}", "")]
    [InlineData(@"The final answer is \boxed{12", "12")]
    [InlineData(@"The final answer is \boxed{12 or", "")]
    [InlineData("I do not know.", "")]
    public void Grade_Number_Read(string response, string answer) => Expect(Own.Number(), response, answer);

    [Theory]
    [InlineData(@"\boxed{C}", "C")]
    [InlineData(@"\boxed{\text{(C)}}", "C")]
    [InlineData(@"\boxed{C. a pulley}", "C")]
    [InlineData(@"\boxed{c}", "C")]
    [InlineData(@"\boxed{a pulley}", "C")]
    [InlineData(@"\boxed{E}", "")]
    [InlineData(@"\boxed{A or C}", "")]
    [InlineData("{\"answer\": \"C\"}", "C")]
    [InlineData("**Answer:** C", "C")]
    [InlineData("Answer: (C)", "C")]
    [InlineData("Answer: because it turns", "")]
    [InlineData("The answer is a pulley, clearly.", "C")]
    [InlineData("The correct answer is C. It turns.", "C")]
    [InlineData("Option D is tempting, but I choose B.", "B")]
    [InlineData("The answer is A because levers turn.", "A")]
    [InlineData("A thing that turns must be chosen here.", "")]
    [InlineData("What turns there is a pulley.", "C")]
    [InlineData("A. Not it.\nB. Not it.\nC. Maybe.\nD. No idea about this one.", "")]
    [InlineData("C) a pulley", "C")]
    [InlineData("A is wrong. B is wrong. So C.", "C")]
    [InlineData("The answer is not A; it is C.", "C")]
    [InlineData("Both A and B fail, so C is the answer.", "C")]
    [InlineData("{'answer': 'C'}", "C")]
    public void Grade_Choice_Read(string response, string answer) => Expect(Own.Choice(), response, answer);

    [Theory]
    [InlineData(@"\boxed{\text{Yes}}", "yes")]
    [InlineData(@"\boxed{Not plausible}", "no")]
    [InlineData("No, there is no way back.", "no")]
    [InlineData("There is no error in it, so yes", "yes")]
    [InlineData("The answer is: **No**", "no")]
    [InlineData("There is no telling.", "")]
    [InlineData(@"\boxed{maybe}", "")]
    public void Grade_YesNo_Read(string response, string answer) => Expect(Own.Boolean(), response, answer);

    [Theory]
    [InlineData("So it is deductively valid.", "valid")]
    [InlineData("The argument is not deductively valid.", "invalid")]
    [InlineData(@"\boxed{Invalid}", "invalid")]
    public void Grade_Validity_Read(string response, string answer) => Expect(Own.Boolean("valid"), response, answer);

    [Theory]
    [InlineData("The final answer is: ape bee cat\n\nDone.", "ape bee cat")]
    [InlineData("The final answer is:\n1. ape\n2. bee\n3. cat\n", "ape bee cat")]
    [InlineData("Sorted list: \"ape\", 'bee', and cat.", "ape bee and cat")]
    [InlineData("ape, bee, cat", "ape bee cat")]
    [InlineData(@"\boxed{\text{ape bee cat}}", "ape bee cat")]
    [InlineData("- ape\n- bee\n- cat", "ape bee cat")]
    public void Grade_Words_Read(string response, string answer) => Expect(Own.Words(), response, answer);

    [Fact]
    public void Grade_WordsWithConjunction_Right() =>
        Assert.True(AnswerGrader.Grade(Own.Words(), "The words are ape, bee, and cat.").Correct);

    [Theory]
    [InlineData("The final answer is: ) ] }", ")]}")]
    [InlineData(@"\boxed{) ] }}", ")]}")]
    [InlineData(@"\boxed{) ] \}}", ")]}")]
    [InlineData("The missing part (see above) is `)]}`.", ")]}")]
    [InlineData("Nothing (really) is missing.", "")]
    public void Grade_Brackets_Read(string response, string answer) => Expect(Own.Brackets(), response, answer);

    [Theory]
    [InlineData("f('x == y', [1]) == 'ab'", "'ab'")]
    [InlineData("f('x == y', [1]) == 'ab'\n\nThis is because …", "'ab'")]
    [InlineData("f('x == y', [1]) == [1, 2, {'a': (3,)}]  # done", "[1, 2, {'a': (3,)}]")]
    [InlineData("f('x == y', [1]) == 'ab'\nassert f(2) == 'c'", "'ab'")]
    [InlineData("f('x == y', [1]) == 'ab'\nNo: the answer is 'c'.", "'c'")]
    [InlineData("f('x == y', [1]) == 'ab'</s>", "'ab'")]
    [InlineData("f('x == y', [1]) == 'a' * 3", "")]
    [InlineData("f('x == y', [1]) == 'a'.upper()", "")]
    [InlineData("f('x == y', [1]) == ab", "")]
    [InlineData(@"\boxed{f(""a"", 'b') == '}'}", "'}'")]
    [InlineData(@"\boxed{'}'}", "'}'")]
    [InlineData(@"\boxed{{}.}", "{}")]
    [InlineData(@"\boxed{f(2) = ""x""}", "'x'")]
    [InlineData(@"\boxed{True}.", "True")]
    [InlineData(@"\boxed{001}", "")]
    [InlineData(@"\boxed{ab}", "")]
    [InlineData("[ANSWER]f(1) == 5[/ANSWER]", "5")]
    [InlineData("The output is `'a#b'`.", "'a#b'")]
    [InlineData("It returns 5.", "5")]
    [InlineData("It returns None", "None")]
    [InlineData("So\n```python\n[1, 2]\n```", "[1, 2]")]
    public void Grade_Literal_Read(string response, string answer) => Expect(Own.Literal(), response, answer);

    [Theory]
    [InlineData(@"The final answer is \boxed{18", true, GradeStatus.NoAnswer)]
    [InlineData(@"The final answer is \boxed{18}", true, GradeStatus.Answered)]
    [InlineData("The answer is 18", true, GradeStatus.NoAnswer)]
    [InlineData("The answer is 18", false, GradeStatus.Answered)]
    [InlineData("The answer is 18 because", true, GradeStatus.Answered)]
    [InlineData("<think>\n\\boxed{18}", false, GradeStatus.UnclosedThinking)]
    [InlineData("<think>\n\\boxed{18}</think>\n", false, GradeStatus.NoAnswer)]
    [InlineData("</think>\\boxed{18}<think>", false, GradeStatus.UnclosedThinking)]
    [InlineData("", false, GradeStatus.NoAnswer)]
    public void Grade_Unfinished_Status(string response, bool truncated, GradeStatus status) =>
        Assert.Equal(status, AnswerGrader.Grade(Own.Number(), response, truncated).Status);

    [Fact]
    public void Grade_TruncatedList_NoAnswer()
    {
        Assert.Equal(GradeStatus.NoAnswer, AnswerGrader.Grade(Own.Literal("[1, 2]"), "f('x == y', [1]) == [1, 2, ", true).Status);
        Assert.Equal(GradeStatus.NoAnswer, AnswerGrader.Grade(Own.Literal("12"), "f('x == y', [1]) == 12", true).Status);
        Assert.Equal(GradeStatus.Answered, AnswerGrader.Grade(Own.Literal("[1, 2]"), "f('x == y', [1]) == [1, 2]", true).Status);
        Assert.Equal(GradeStatus.NoAnswer, AnswerGrader.Grade(Own.Words(), "The final answer is: ape bee cat", true).Status);
        Assert.Equal(GradeStatus.Answered, AnswerGrader.Grade(Own.Words(), "The final answer is: ape bee cat\n\nI so", true).Status);
    }

    private static void Expect(Problem problem, string response, string answer)
    {
        Grade grade = AnswerGrader.Grade(problem, response);
        Assert.Equal(answer, grade.Answer);
        Assert.Equal(answer.Length == 0 ? GradeStatus.NoAnswer : GradeStatus.Answered, grade.Status);
        Assert.Equal(answer.Length > 0 && AnswerGrader.Grade(problem with { Gold = [answer] }, response).Correct, answer.Length > 0);
    }
}
