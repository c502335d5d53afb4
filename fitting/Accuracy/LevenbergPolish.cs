using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Last step of a published fit: nonlinear least squares on those of (D, S, θ) that are not on a bound. For the likelihood its weights are
/// n / (p (1 − p)) at the optimum: iteratively reweighted least squares, whose fixed point solves the likelihood equations. The answer
/// is taken only where the objective does not fall, so a minimizer that reports success too early does no harm.
/// </summary>
internal static class LevenbergPolish
{
    public static CurvePoint Finish(CurvePoint point, CurveSolver solver, AccuracyTable table, FitMethod method)
    {
        bool freeD = point.D > 0, freeS = point.S < 1;
        double[] start = [.. Free(point, freeD, freeS)];
        if (table.Count < start.Length || !(point.A > 1e-6))
            return point;
        int m = table.Count;
        var weights = new double[m];
        for (int j = 0; j < m; j++)
        {
            double p = solver.Probability(point, j);
            double binomial = p is > 0 and < 1 ? table.Answers[j] / (p * (1 - p)) : 0;
            weights[j] = method == FitMethod.MaximumLikelihood ? binomial : solver.Objective.Weights[j];
        }

        double Model(IReadOnlyList<double> b, double x)
        {
            CurvePoint at = Place(b, freeD, freeS);
            double e = Math.Exp(-Math.Exp(at.Theta) * x);
            return (at.D * e) + (at.S * (1 - e));
        }

        double[] Jacobian(IReadOnlyList<double> b, double x)
        {
            CurvePoint at = Place(b, freeD, freeS);
            double k = Math.Exp(at.Theta), e = Math.Exp(-k * x), last = at.A * k * x * e;
            return (freeD, freeS) switch
            {
                (true, true) => [e, 1 - e, last],
                (true, false) => [e, last],
                (false, true) => [1 - e, last],
                _ => [last],
            };
        }

        LeastSquaresFit? fit = LeastSquares.Fit(
            new LeastSquaresProblem(Model, Jacobian, table.X, table.Proportions(), weights), start);
        return fit is null ? point : solver.Better(point, Place(fit.Parameters, freeD, freeS));
    }

    private static IEnumerable<double> Free(CurvePoint point, bool freeD, bool freeS)
    {
        if (freeD)
            yield return point.D;
        if (freeS)
            yield return point.S;
        yield return point.Theta;
    }

    private static CurvePoint Place(IReadOnlyList<double> b, bool freeD, bool freeS) =>
        new(freeD ? b[0] : 0, freeS ? b[freeD ? 1 : 0] : 1, b[b.Count - 1], 0);
}
