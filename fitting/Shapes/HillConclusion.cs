using Calibration.Fitting.Accuracy;
using Calibration.Fitting.Answers;
using Calibration.Fitting.Distances;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Distributions;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// From answers to a published Hill fit. Its parameters are identified where the data reject, at the identification level, a flat
/// line and the ends of the searched ranges: h far below or beyond the budgets, s of nearly a step or nearly a logarithm.
/// </summary>
internal sealed class HillConclusion
{
    private const int FewestProblems = 5;

    private readonly AccuracyTable _table;
    private readonly HillSolver _solver;
    private readonly AccuracyFitOptions _options;
    private readonly HillPoint _point;
    private readonly HillCovariance? _covariance;
    private readonly double[] _fitted;
    private bool _distanceConverged = true;

    public HillConclusion(AccuracyTable table, HillSolver solver, AccuracyFitOptions options)
    {
        (_table, _solver, _options) = (table, solver, options);
        if (table.Count < HillPoint.Parameters)
        {
            _fitted = table.Proportions();
            return;
        }

        solver.Load(table.Answers, table.Correct);
        _point = solver.Solve();
        _fitted = Array.ConvertAll(table.X, _point.Probability);
        _covariance = new HillCovariance(table, _point, solver.Information, [!_point.AtZero, !_point.AtOne, true, true]);
    }

    /// <summary>Binomial deviance against the saturated model.</summary>
    public double Deviance
    {
        get
        {
            double sum = Enumerable.Range(0, _table.Count).Sum(j =>
                RivalShapes.BinomialDeviance(_table.Answers[j], _table.Correct[j], _fitted[j]));
            return double.IsFinite(sum) ? sum : 0;
        }
    }

    /// <summary>The curve; null where there is none.</summary>
    public HillAccuracy? Curve => _table.Count < HillPoint.Parameters || _point.A < 1e-6
        ? null
        : new HillAccuracy(_point.A, Math.Exp(_point.Eta) * _table.Scale, Math.Exp(_point.Sigma), _point.D);

    /// <summary>Why the parameters cannot be learned; null where they can.</summary>
    public string? Weakness()
    {
        if (_table.Count <= HillPoint.Parameters)
            return "four parameters and their test need at least five budgets";
        if (_table.Problems is > 0 and < FewestProblems)
            return $"with fewer than {FewestProblems} problems, chance cannot be separated from difficulty";
        if (Curve is null || _covariance is not { Regular: true })
            return "accuracy does not rise with the budget";
        double quantile = Quantiles.TwoSided(1 - _options.IdentificationLevel, Freedom);
        if (FlatDrop() < ChiSquared.InvCDF(HillPoint.Parameters - 1, 1 - _options.IdentificationLevel))
            return "accuracy is flat over the budgets";
        HillRange range = _solver.Range;
        if (IsOpen(HillHeld.Eta, range.MinEta) || IsOpen(HillHeld.Eta, range.MaxEta))
            return "the budget of half the gain may lie outside the measured budgets";
        return IsOpen(HillHeld.Sigma, range.MinSigma) ? "the rise may be as slow as a logarithm"
            : IsOpen(HillHeld.Sigma, range.MaxSigma) ? "the rise may be a step between two budgets"
            : null;

        bool IsOpen(HillHeld held, double limit)
        {
            HillPoint at = _solver.Polish(held == HillHeld.Eta ? _point with { Eta = limit } : _point with { Sigma = limit }, held);
            double effect = _covariance.DesignEffect(held == HillHeld.Eta ? [0, 0, 1, 0] : [0, 0, 0, 1]);
            return 2 * (_point.Objective - at.Objective) / effect < quantile * quantile;
        }
    }

    /// <summary>p-value of the lack-of-fit test, as for the exponential; null without spare budgets or enough clusters.</summary>
    public double? LackOfFit()
    {
        if (_table.Count <= HillPoint.Parameters || Curve is null || (_table.Clusters > 0 && _table.Clusters < 2 * _table.Count))
            return null;
        SquareMatrix differences = _table.Clusters > 0 ? NeighbourDifferences.Covariance(_table) : default;
        if (NeighbourDifferences.AreNested(_table))
        {
            var test = new RaoScott(_table, _fitted, differences);
            var pearson = new HillDistance(_table, test.Metric, _solver.Range, _point);
            _distanceConverged = pearson.Converged;
            return test.Tail(pearson.Value, pearson.Tangents());
        }

        ProportionCovariance covariance = ProportionCovariance.Of(_table, _fitted, differences);
        var wald = new HillDistance(_table, covariance.Whitening, _solver.Range, _point);
        _distanceConverged = wald.Converged;
        return covariance.Tail(wald.Value, HillPoint.Parameters, wald.ActiveBounds);
    }

    public HillFit Conclude()
    {
        string? weakness = Weakness();
        double? lackOfFit = LackOfFit();
        bool rejected = lackOfFit < _options.LackOfFitLevel;
        string? withheld = rejected ? "the data reject the Hill curve" : weakness;
        var parameters = new HillParameters(new FittedHill(_table, _solver, _point), _options);
        HillEstimates estimates = withheld is null ? parameters.Estimate() : parameters.Withheld(withheld);
        string[] bounds = [.. new[] { estimates.A, estimates.D }.Where(e => e.Status == ParameterStatus.AtBound).Select(e => e.Reason!)];
        double[] errors = DesignEffects.StandardErrors(_table);
        return new HillFit
        {
            Verdict = rejected
                ? Verdict.LackOfFit
                : weakness is not null ? Verdict.NotIdentifiable : bounds.Length > 0 ? Verdict.AtBound : Verdict.Identified,
            Explanation = rejected
                ? $"The data reject the Hill curve ({PValueText.Of(lackOfFit)}); no intervals of its parameters are given."
                : weakness is not null ? $"Not identifiable: {weakness}."
                : bounds.Length > 0 ? $"The fit lies on its bound {string.Join(" and ", bounds)}; everything else is identified."
                : "Every parameter is identified.",
            Curve = Curve,
            A = estimates.A,
            H = estimates.H,
            S = estimates.S,
            D = estimates.D,
            Points =
            [
                .. Enumerable.Range(0, _table.Count).Select(j => new AccuracyPoint(
                    _table.Budgets[j], _table.Answers[j], _table.Correct[j], _fitted[j],
                    (_table.Correct[j] / _table.Answers[j]) - _fitted[j], errors[j])),
            ],
            Deviance = Deviance,
            LackOfFitPValue = lackOfFit,
            Converged = _point.Converged && _distanceConverged,
            Clustered = _table.Clusters > 0,
            Clusters = _table.Clusters,
        };
    }

    private double Freedom => _table.Clusters > 0 ? _table.Clusters - 1 : double.PositiveInfinity;

    /// <summary>Twice the log-likelihood ratio against one accuracy at every budget, over the design effect of A.</summary>
    private double FlatDrop()
    {
        double n = _table.Answers.Sum(), y = _table.Correct.Sum();
        double flat = (y > 0 ? y * Math.Log(y / n) : 0) + (y < n ? (n - y) * Math.Log(1 - (y / n)) : 0);
        return 2 * (_point.Objective - flat) / Math.Max(1, _covariance!.DesignEffect([-1, 1, 0, 0]));
    }
}
