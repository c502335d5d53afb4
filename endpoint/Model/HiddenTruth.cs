using Calibration.Datasets;

namespace Calibration.Endpoint.Model;

/// <summary>
/// The truth behind the embedded endpoint's answers and service times, with the numbers of the paper's Table I where no others are
/// given.
/// </summary>
internal sealed class HiddenTruth(ulong seed, EndpointTruth? given)
{
    /// <summary>Share of (problem, run) pairs whose difficulty is the problem's own, shared by all of its runs.</summary>
    private const double SharedDifficulty = 0.6;

    private readonly TaskTruth _unknown = given?.Unknown ?? new TaskTruth { A = 0.5, B = 1e-3, D = 0.1 };

    /// <summary>The paper's Table I by task name.</summary>
    private static readonly SortedDictionary<string, TaskTruth> PaperTable1 = new(StringComparer.Ordinal)
    {
        ["aime"] = new() { A = 0.6808, B = 1.59e-4, D = 0, T0Seconds = 0.1380, SecondsPerToken = 0.0120 },
        ["gsm8k"] = new() { A = 0.7230, B = 3.20e-3, D = 0.277, T0Seconds = 0.1459, SecondsPerToken = 0.0141 },
        ["gpqa"] = new() { A = 0.3552, B = 4.41e-4, D = 0.276, T0Seconds = 0.1674, SecondsPerToken = 0.0126 },
        ["cruxeval"] = new() { A = 0.4379, B = 5.63e-4, D = 0, T0Seconds = 0.0176, SecondsPerToken = 0.0124 },
        ["bbh"] = new() { A = 0.7146, B = 1.75e-3, D = 0.148, T0Seconds = 0.2073, SecondsPerToken = 0.0127 },
        ["arc"] = new() { A = 0.3933, B = 1.66e-1, D = 0.490, T0Seconds = 0.0581, SecondsPerToken = 0.0119 },
    };

    internal TaskTruth Of(Problem? problem)
    {
        if (problem is null)
            return _unknown;
        TaskTruth? truth = null;
        return given?.Tasks.TryGetValue(problem.Task, out truth) == true || PaperTable1.TryGetValue(problem.Task, out truth)
            ? truth
            : _unknown;
    }

    /// <summary>
    /// Whether the answer after this much thinking is right: once right, right at every larger budget, except where thinking that is forced
    /// on past its natural length loses it again, for good.
    /// </summary>
    internal bool IsRight(Problem problem, string group, int thinkingTokens)
    {
        TaskTruth truth = Of(problem);
        int forced = truth.ForcedLoss > 0 ? Math.Max(0, thinkingTokens - NaturalLength(problem, group)) : 0;
        return Difficulty(problem, group) < truth.Accuracy(thinkingTokens)
            && !(forced > 0 && IsLost(problem, group, truth.ForcedLoss * -double.ExpM1(-forced / truth.ForcedLossTokens)));
    }

    /// <summary>Thinking tokens after which the model ends its thinking.</summary>
    internal int NaturalLength(Problem? problem, string group)
    {
        ulong hash = SeededDraw.Hash(seed, "length", problem?.Task ?? "", problem?.Id ?? "", group);
        TaskTruth truth = Of(problem);
        return (int)Math.Clamp(truth.MedianTokens * Math.Exp(truth.NaturalSigma * SeededDraw.Normal(hash)), 4, 1_000_000);
    }

    private bool IsLost(Problem problem, string group, double share) =>
        SeededDraw.Uniform(SeededDraw.Hash(seed, "lost", problem.Task, problem.Id, group)) < share;

    private double Difficulty(Problem problem, string group)
    {
        bool shared = SeededDraw.Uniform(SeededDraw.Hash(seed, "shared", problem.Task, problem.Id, group)) < SharedDifficulty;
        return SeededDraw.Uniform(SeededDraw.Hash(seed, "difficulty", problem.Task, problem.Id, shared ? "" : group));
    }
}
