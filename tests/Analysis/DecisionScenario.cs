using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Tests.Fitting;

namespace Calibration.Tests.Analysis;

/// <summary>Six tasks with Table I's service times, and true accuracy curves that need not be exponentials.</summary>
/// <param name="Name">What is true.</param>
/// <param name="Curves">
/// Probability of a right answer by budget in tokens, one per task in the order of <see cref="SyntheticTask.All"/>.
/// </param>
internal sealed record DecisionScenario(string Name, ImmutableArray<Func<double, double>> Curves)
{
    /// <summary>Service lines of Table I, in seconds and seconds per token.</summary>
    internal static readonly ImmutableArray<ServiceTimeLine> Lines =
        [new(0.1380, 0.0120), new(0.1459, 0.0141), new(0.1674, 0.0126), new(0.0176, 0.0124), new(0.2073, 0.0127), new(0.0581, 0.0119)];

    private static readonly ImmutableArray<Func<double, double>> Paper =
        [.. SyntheticTask.All.Select(task => (Func<double, double>)task.Truth.At)];

    /// <summary>The control first, then nine scenarios in which some or all curves have another shape.</summary>
    internal static ImmutableArray<DecisionScenario> All { get; } =
    [
        new("Table I (control)", Paper),
        new("GSM8K S-shaped, 0.04 to 0.64", But(gsm8k: Hill(220, 2.5, 0.04, 0.60))),
        new("GSM8K S-shaped, 0.04 to 0.95", But(gsm8k: Hill(220, 2.5, 0.04, 0.91))),
        new("all Hill, s = 1.5", AllHill(1.5)),
        new("all Hill, s = 2.5", AllHill(2.5)),
        new("steps: GSM8K at 200, BBH at 300", But(gsm8k: Step(200, 0.277, 0.65), bbh: Step(300, 0.148, 0.65))),
        new("falls: GSM8K and BBH", But(
            gsm8k: l => 0.277 + (0.70 * (1 - Math.Exp(-0.0096 * l))) - (0.2 * Math.Min(l / 2048, 1.5)),
            bbh: l => 0.148 + (0.70 * (1 - Math.Exp(-0.00525 * l))) - (0.2 * Math.Min(l / 4096, 1.5)))),
        new("all power law 0.4", Each((task, truth) => l => truth.D + (truth.A * Math.Pow(Math.Min(1, l / task.Largest), 0.4)))),
        new("all log-linear", Each((task, truth) =>
            l => truth.D + (truth.A * Math.Min(1, double.LogP1(l * 512 / task.Largest) / double.LogP1(512))))),
        new("two stages: GSM8K and BBH", But(
            gsm8k: l => 0.2 + (0.3 * (1 - Math.Exp(-0.03 * l))) + Hill(500, 4, 0, 0.45)(l),
            bbh: l => 0.148 + (0.25 * (1 - Math.Exp(-0.02 * l))) + Hill(700, 4, 0, 0.45)(l))),
    ];

    /// <summary>True accuracy of a task at a budget, within 0 and 1.</summary>
    internal double Accuracy(int task, double budget) => Math.Clamp(Curves[task](budget), 0, 1);

    private static Func<double, double> Hill(double h, double s, double d, double a) =>
        l => d + (a / (1 + Math.Pow(h / Math.Max(l, 1e-9), s)));

    private static Func<double, double> Step(double at, double d, double a) => l => l >= at ? d + a : d;

    private static ImmutableArray<Func<double, double>> AllHill(double s) =>
        Each((_, truth) => Hill(Math.Log(2) / truth.B, s, truth.D, truth.A));

    private static ImmutableArray<Func<double, double>> Each(Func<SyntheticTask, ExponentialAccuracy, Func<double, double>> curve) =>
        [.. SyntheticTask.All.Select(task => curve(task, task.Truth))];

    private static ImmutableArray<Func<double, double>> But(Func<double, double>? gsm8k = null, Func<double, double>? bbh = null) =>
        [.. SyntheticTask.All.Select((task, k) => (task.Name == "gsm8k" ? gsm8k : task.Name == "bbh" ? bbh : null) ?? Paper[k])];
}
