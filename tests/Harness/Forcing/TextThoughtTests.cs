using System.Text;
using Calibration.Harness.Forcing;
using Calibration.Harness.Servers;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

/// <summary>What a response in text mode says of the end of thinking: the end of the turn is no close.</summary>
public sealed class TextThoughtTests
{
    [Theory]
    [InlineData("\"finish_reason\":\"stop\",\"stop_reason\":\"</think>\"", TrialStatus.Ok, true, 5)]
    [InlineData("\"finish_reason\":\"stop\",\"stop_reason\":null", TrialStatus.BudgetNotEnforced, false, 5)]
    [InlineData("\"finish_reason\":\"stop\",\"matched_stop\":\"</think>\"", TrialStatus.Ok, true, 5)]
    [InlineData("\"finish_reason\":\"stop\",\"matched_stop\":151645", TrialStatus.BudgetNotEnforced, false, 5)]
    [InlineData("\"finish_reason\":\"stop\"", TrialStatus.Unverified, true, 5)]
    [InlineData("\"finish_reason\":\"length\",\"stop_reason\":null", TrialStatus.BudgetNotEnforced, false, 6)]
    public void From_EndingsUnderCap_OnlyTheStopTextIsAClose(string ending, TrialStatus status, bool closed, int tokens)
    {
        TextThought thinking = Read(ending, completionTokens: 6, BudgetSemantics.Cap, budget: 64);
        Assert.Equal((status, closed, tokens), (thinking.Status, thinking.Closed, thinking.Tokens));
    }

    [Fact]
    public void From_EndOfTheTurnUnderExact_IsNotEnforced() =>
        Assert.Equal(
            TrialStatus.BudgetNotEnforced, Read("\"finish_reason\":\"stop\",\"stop_reason\":null", 6, BudgetSemantics.Exact, 64).Status);

    [Fact]
    public void From_CloseOfSeveralTokens_IsUnverifiedWhereTheModelWroteIt()
    {
        Assert.Equal(
            TrialStatus.Unverified,
            Read("\"finish_reason\":\"stop\",\"stop_reason\":\"</think>\"", 6, BudgetSemantics.Cap, 64, closeIsOneToken: false).Status);
        Assert.Equal(
            TrialStatus.Ok,
            Read("\"finish_reason\":\"length\",\"stop_reason\":null", 64, BudgetSemantics.Cap, 64, closeIsOneToken: false).Status);
    }

    private static TextThought Read(string ending, int completionTokens, BudgetSemantics semantics, int budget, bool closeIsOneToken = true)
    {
        string json =
            $$"""{"choices":[{"index":0,"text":"so it is",{{ending}}}],"usage":{"prompt_tokens":9,"completion_tokens":{{completionTokens}} } }""";
        return TextThought.From(
            VllmDialect.ReadCompletion(Encoding.UTF8.GetBytes(json)), budget, new TextEnd("</think>", closeIsOneToken, semantics));
    }
}
