using Calibration.Analysis.Findings;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Report;

/// <summary>Answers are told apart by whether their trace was lengthened before their budget.</summary>
public sealed class LengthenedThinkingTests
{
    [Theory]
    [InlineData(new[] { 40, 70 }, 90, 40)]
    [InlineData(new int[0], 0, 0)]
    [InlineData(new[] { 40 }, null, 40)]
    [InlineData(new int[0], null, null)]
    public void FirstAt_CuesAndMask_IsTheEarliest(int[] cues, int? masked, int? expected) =>
        Assert.Equal(expected, LengthenedThinking.FirstAt(new Trace
        {
            TraceId = "t",
            Task = "own",
            ProblemId = "p",
            Run = 0,
            TokenIds = [],
            CuePositions = [.. cues],
            MaskedFrom = masked,
            ClosedByModel = false,
            PromptTokens = 1,
        }));

    [Fact]
    public void Of_LengthenedAt64_CountsThePositionItselfAsNatural()
    {
        LengthenedThinking found = LengthenedThinking.Of(
            "own", [Answer(0, 64, true), Answer(0, 65, false)], new Dictionary<string, int> { ["trace-0"] = 64 });
        Assert.Equal([64, 65], found.Budgets.Select(budget => budget.BudgetTokens));
        Assert.Equal((1, null), (found.Budgets[0].Natural?.Successes, found.Budgets[0].Lengthened));
        Assert.Equal(
            (null, 0, 1, 1, 0),
            (found.Budgets[1].Natural, found.Budgets[1].Lengthened?.Successes, found.Budgets[1].Before?.Successes, found.Budgets[1].Lost,
            found.Budgets[1].Gained));
        Assert.Null(found.Fall);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(5, false)]
    public void Of_EveryProblemFalls_IsAFallWhereTheProblemsAreEnough(int problems, bool falls)
    {
        Trial[] trials =
        [
            .. Enumerable.Range(0, problems).SelectMany(p => new[] { Answer(p, 0, false), Answer(p, 32, true), Answer(p, 128, false) }),
        ];
        AccuracyFall? fall =
            LengthenedThinking.Of("own", trials, Enumerable.Range(0, problems).ToDictionary(p => $"trace-{p}", _ => 50)).Fall;
        Assert.Equal(falls, fall is not null);
        if (fall is null)
            return;
        Assert.Equal((32, 128, problems, 0, 3), (fall.FromTokens, fall.ToTokens, fall.Worse, fall.Better, fall.Pairs));
        Assert.Equal(3 * 2 * Math.Pow(2, -problems), fall.PValue, 1e-14);
        Assert.Equal(1, fall.LengthenedShare);
    }

    /// <summary>Three runs of a problem that fall together are one problem, not three.</summary>
    [Fact]
    public void Of_RunsOfFewProblems_AreNoFall()
    {
        Trial[] trials =
        [
            .. from p in Enumerable.Range(0, 4) from run in Enumerable.Range(0, 6) from budget in (int[])[32, 128] select Answer(
                p, budget, budget == 32) with { Run = run, TraceId = $"{p}/{run}" },
        ];
        Assert.Null(LengthenedThinking.Of("own", trials, new Dictionary<string, int>()).Fall);
    }

    [Fact]
    public void Of_UnusableAnswers_AreLeftOut()
    {
        Trial unverified = Answer(0, 32, true) with { Status = TrialStatus.Unverified };
        Assert.Empty(LengthenedThinking.Of("own", [unverified], new Dictionary<string, int>()).Budgets);
        Assert.Empty(EarlyCloses.Of("own", [unverified]).Budgets);
    }

    private static Trial Answer(int problem, int budget, bool correct) => new()
    {
        Task = "own",
        ProblemId = $"{problem}",
        Run = 0,
        BudgetTokens = budget,
        ThinkingTokens = budget,
        AnswerTokens = 1,
        Status = TrialStatus.Ok,
        Correct = correct,
        Answer = "",
        Response = "",
        Gold = "",
        TraceId = $"trace-{problem}",
        Cues = 0,
        ClosedByModel = false,
        Semantics = BudgetSemantics.Exact,
        PromptFormat = PromptFormat.TokenIds,
        CountSource = CountSource.Ids,
    };
}
