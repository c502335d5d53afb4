using Calibration.Fitting.Answers;
using Calibration.Fitting.Distances;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Does an exponential follow these answers? Nested answers are tested by Rao and Scott's second-order test, others by the
/// distance in their own clustered covariance: nested, that covariance is singular and rejects true curves; with answers that
/// go back to wrong, the multinomial metric of the first test has no power.
/// </summary>
internal sealed class LackOfFitTest
{
    private const int Parameters = 3;

    private readonly AccuracyTable _table;
    private readonly double[] _fitted;
    private readonly SquareMatrix _differences;
    private readonly CurveSolver _solver;
    private readonly ProportionCovariance _covariance;

    /// <param name="table">The answers.</param>
    /// <param name="fitted">Probabilities that say which variances to expect, one per budget.</param>
    /// <param name="solver">Its range of rates is searched.</param>
    public LackOfFitTest(AccuracyTable table, double[] fitted, CurveSolver solver)
    {
        (_table, _fitted, _solver) = (table, fitted, solver);
        _differences = table.Clusters > 0 ? NeighbourDifferences.Covariance(table) : default;
        _covariance = ProportionCovariance.Of(table, fitted, _differences);
        Distance = new MinimumDistance(table, _covariance.Whitening, solver.MinTheta, solver.MaxTheta);
    }

    /// <summary>Distances in the clustered covariance.</summary>
    public MinimumDistance Distance { get; }

    /// <summary>
    /// The p-value; null without spare budgets or enough clusters. Where the rate cannot be learned and a limit of the exponential
    /// (a line that may end above 1, a step, a decrease) follows the data, the p-value is that limit's: such data are not
    /// identifiable, rather than of the wrong shape.
    /// </summary>
    public double? PValue(Weakness weakness, double level)
    {
        if (_table.Count <= Parameters || (_table.Clusters > 0 && _table.Clusters < 2 * _table.Count))
            return null;
        (double bounded, double closure) = NeighbourDifferences.AreNested(_table) ? RaoScottTails() : WaldTails();
        return weakness.Kind != WeaknessKind.None && closure >= level ? closure : bounded;
    }

    private (double Bounded, double Closure) RaoScottTails()
    {
        var test = new RaoScott(_table, _fitted, _differences);
        var pearson = new MinimumDistance(_table, test.Metric, _solver.MinTheta, _solver.MaxTheta);
        return (test.Tail(pearson.Exponential, pearson.Tangents()), test.Tail(pearson.Closure, pearson.ClosureTangents()));
    }

    private (double Bounded, double Closure) WaldTails()
    {
        return (_covariance.Tail(Distance.Exponential, Parameters, Distance.ActiveBounds),
            _covariance.Tail(Distance.Closure, Parameters, Distance.Limit == MinimumDistance.RateLimit.None ? 0 : 1));
    }
}
