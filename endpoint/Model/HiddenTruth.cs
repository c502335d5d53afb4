using Calibration.Datasets;

namespace Calibration.Endpoint.Model;

/// <summary>What the simulated model can do at one task: equations (1) and (2) with the numbers of the paper's Table I.</summary>
/// <param name="A">Accuracy gained by unlimited thinking.</param>
/// <param name="B">Rate of the gain per thinking token.</param>
/// <param name="D">Accuracy without thinking.</param>
/// <param name="T0Seconds">Service time without thinking.</param>
/// <param name="SecondsPerToken">Service time of one more thinking token.</param>
public sealed record TaskTruth(double A, double B, double D, double T0Seconds, double SecondsPerToken);

/// <summary>The truth behind the embedded endpoint's answers and service times.</summary>
public sealed class HiddenTruth(ulong seed)
{
    /// <summary>Share of (problem, run) pairs whose difficulty is the problem's own, shared by all of its runs.</summary>
    private const double SharedDifficulty = 0.6;

    private static readonly TaskTruth Unknown = new(0.5, 1e-3, 0.1, 0.1, 0.0125);

    /// <summary>The paper's Table I by task name.</summary>
    public static IReadOnlyDictionary<string, TaskTruth> PaperTable1 { get; } = new SortedDictionary<string, TaskTruth>(StringComparer.Ordinal)
    {
        ["aime"] = new(0.6808, 1.59e-4, 0, 0.1380, 0.0120),
        ["gsm8k"] = new(0.7230, 3.20e-3, 0.277, 0.1459, 0.0141),
        ["gpqa"] = new(0.3552, 4.41e-4, 0.276, 0.1674, 0.0126),
        ["cruxeval"] = new(0.4379, 5.63e-4, 0, 0.0176, 0.0124),
        ["bbh"] = new(0.7146, 1.75e-3, 0.148, 0.2073, 0.0127),
        ["arc"] = new(0.3933, 1.66e-1, 0.490, 0.0581, 0.0119),
    };

    internal static TaskTruth Of(Problem? problem) =>
        problem is not null && PaperTable1.TryGetValue(problem.Task, out TaskTruth? truth) ? truth : Unknown;

    /// <summary>Whether the answer after this much thinking is right: once right, right at every larger budget.</summary>
    internal bool IsRight(Problem problem, string group, int thinkingTokens)
    {
        TaskTruth truth = Of(problem);
        double probability = truth.D - (truth.A * double.ExpM1(-truth.B * thinkingTokens));
        return Difficulty(problem, group) < probability;
    }

    /// <summary>Thinking tokens after which the model closes its thinking by itself: when 95 % of the gain is had, give or take.</summary>
    internal int NaturalLength(Problem? problem, string group)
    {
        ulong hash = SeededDraw.Hash(seed, "length", problem?.Task ?? "", problem?.Id ?? "", group);
        return (int)Math.Clamp(3 / Of(problem).B * Math.Exp(0.5 * SeededDraw.Normal(hash)), 4, 1_000_000);
    }

    private double Difficulty(Problem problem, string group)
    {
        bool shared = SeededDraw.Uniform(SeededDraw.Hash(seed, "shared", problem.Task, problem.Id, group)) < SharedDifficulty;
        return SeededDraw.Uniform(SeededDraw.Hash(seed, "difficulty", problem.Task, problem.Id, shared ? "" : group));
    }
}
