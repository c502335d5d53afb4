namespace Calibration.Fitting;

/// <summary>What was learned about one task's accuracy curve (2).</summary>
public sealed record AccuracyFit
{
    /// <summary>How good the fit is.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>
    /// The fitted curve, even where rejected; null where there are no fitted values (no gain, or fewer than three budgets).
    /// </summary>
    public ExponentialAccuracy? Curve { get; init; }

    /// <summary>Accuracy gained by thinking, A.</summary>
    public required ParameterEstimate A { get; init; }

    /// <summary>Rate of the gain per token, b.</summary>
    public required ParameterEstimate B { get; init; }

    /// <summary>Accuracy without thinking, D.</summary>
    public required ParameterEstimate D { get; init; }

    /// <summary>The data at each budget, in order of the budgets, with their residuals.</summary>
    public required IReadOnlyList<AccuracyPoint> Points { get; init; }

    /// <summary>Binomial deviance against the saturated model, of independent answers: a measure, not a test.</summary>
    public required double Deviance { get; init; }

    /// <summary>p-value of the lack-of-fit test; null where it cannot be tested.</summary>
    public double? LackOfFitPValue { get; init; }

    /// <summary>What was maximised.</summary>
    public required FitMethod Method { get; init; }

    /// <summary>Whether the search for the maximum ended at its own tolerance; absent without answers, and in files of schema 1.</summary>
    public bool? Converged { get; init; }

    /// <summary>The curve by unweighted nonlinear least squares, as in the paper; null where there are no fitted values.</summary>
    public ExponentialAccuracy? Unweighted { get; init; }

    /// <summary>Whether answers were clustered by problem; false: they were taken as independent.</summary>
    public required bool Clustered { get; init; }

    /// <summary>Number of clusters; 0 where answers were taken as independent.</summary>
    public required int Clusters { get; init; }

    /// <summary>The exponential and its rival shapes on the same points, best score first; empty where not asked for.</summary>
    public required IReadOnlyList<RivalFit> Rivals { get; init; }

    /// <summary>The points alone: too many trials are missing for a curve.</summary>
    /// <param name="reason">How many are missing, in one sentence.</param>
    public AccuracyFit WithoutParameters(string reason)
    {
        ParameterEstimate unknown = ParameterEstimate.Unknown(0, "too many trials are missing");
        return this with
        {
            Verdict = Verdict.MissingData,
            Explanation = reason,
            Curve = null,
            Unweighted = null,
            A = unknown,
            B = unknown,
            D = unknown,
            Points =
            [
                .. Points.Select(point => point with { Fitted = point.Answers > 0 ? point.Correct / point.Answers : 0, Residual = 0 }),
            ],
            Deviance = 0,
            LackOfFitPValue = null,
            Rivals = [],
        };
    }
}

/// <summary>Data and fit at one budget.</summary>
/// <param name="BudgetTokens">Thinking tokens allowed.</param>
/// <param name="Answers">Number of answers.</param>
/// <param name="Correct">How many were right.</param>
/// <param name="Fitted">Probability on the fitted curve.</param>
/// <param name="Residual">Observed proportion less the fitted probability.</param>
/// <param name="StandardError">
/// Standard error of the observed proportion: cluster-robust, or binomial where answers are independent.
/// </param>
public sealed record AccuracyPoint(int BudgetTokens, double Answers, double Correct, double Fitted, double Residual, double StandardError);

/// <summary>How well one shape follows the points.</summary>
/// <param name="Shape">Name of the shape: exponential, power law or logistic in log ℓ.</param>
/// <param name="Formula">The shape's equation.</param>
/// <param name="ParameterCount">Number of its free parameters.</param>
/// <param name="Deviance">Binomial deviance against the saturated model.</param>
/// <param name="Score">Deviance over the design effect plus twice the number of parameters (QAIC); lower is better.</param>
public sealed record RivalFit(string Shape, string Formula, int ParameterCount, double Deviance, double Score);

/// <summary>What the accuracy fit maximises.</summary>
public enum FitMethod
{
    /// <summary>The binomial likelihood of the counts.</summary>
    MaximumLikelihood,

    /// <summary>Squared errors of the proportions, weighted by their binomial precision on a first fit.</summary>
    WeightedLeastSquares,

    /// <summary>Squared errors of the proportions, all budgets alike: the paper's nonlinear least squares.</summary>
    LeastSquares,
}
