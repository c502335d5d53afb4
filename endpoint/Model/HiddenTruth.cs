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

    private static readonly TaskTruth Unknown = Exponential(0.5, 1e-3, 0.1, 0.1, 0.0125);

    /// <summary>The paper's Table I by task name.</summary>
    private static readonly SortedDictionary<string, TaskTruth> PaperTable1 = new(StringComparer.Ordinal)
    {
        ["aime"] = Exponential(0.6808, 1.59e-4, 0, 0.1380, 0.0120),
        ["gsm8k"] = Exponential(0.7230, 3.20e-3, 0.277, 0.1459, 0.0141),
        ["gpqa"] = Exponential(0.3552, 4.41e-4, 0.276, 0.1674, 0.0126),
        ["cruxeval"] = Exponential(0.4379, 5.63e-4, 0, 0.0176, 0.0124),
        ["bbh"] = Exponential(0.7146, 1.75e-3, 0.148, 0.2073, 0.0127),
        ["arc"] = Exponential(0.3933, 1.66e-1, 0.490, 0.0581, 0.0119),
    };

    internal TaskTruth Of(Problem? problem)
    {
        if (problem is null)
            return Unknown;
        TaskTruth? truth = null;
        return given?.Tasks.TryGetValue(problem.Task, out truth) == true || PaperTable1.TryGetValue(problem.Task, out truth)
            ? truth
            : Unknown;
    }

    /// <summary>
    /// Whether the answer after this much thinking is right: once right, right at every larger budget, except where thinking that is
    /// forced on
    /// past its natural length loses it again, for good.
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

    private static TaskTruth Exponential(double a, double b, double d, double t0, double perToken) =>
        new() { A = a, B = b, D = d, T0Seconds = t0, SecondsPerToken = perToken };

    private bool IsLost(Problem problem, string group, double share) =>
        SeededDraw.Uniform(SeededDraw.Hash(seed, "lost", problem.Task, problem.Id, group)) < share;

    private double Difficulty(Problem problem, string group)
    {
        bool shared = SeededDraw.Uniform(SeededDraw.Hash(seed, "shared", problem.Task, problem.Id, group)) < SharedDifficulty;
        return SeededDraw.Uniform(SeededDraw.Hash(seed, "difficulty", problem.Task, problem.Id, shared ? "" : group));
    }
}
