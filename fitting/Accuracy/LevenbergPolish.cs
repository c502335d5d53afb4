using Calibration.Fitting.Answers;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Last step of a published fit: MathNet's Levenberg–Marquardt on those of (D, S, θ) that are not on a bound. Its weights
/// are n / (p (1 − p)) at the optimum, for which the least-squares optimum solves the likelihood equations too. The answer
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
            weights[j] = method == FitMethod.WeightedLeastSquares ? solver.Objective.Weights[j] : p is > 0 and < 1 ? table.Answers[j] / (p * (1 - p)) : 0;
        }

        Vector<double> Model(Vector<double> b, Vector<double> x)
        {
            CurvePoint at = Place(b, freeD, freeS);
            return Vector<double>.Build.Dense(m, j => solver.Probability(at, j));
        }

        Matrix<double> Jacobian(Vector<double> b, Vector<double> x)
        {
            CurvePoint at = Place(b, freeD, freeS);
            double k = Math.Exp(at.Theta);
            Matrix<double> slopes = Matrix<double>.Build.Dense(m, b.Count);
            for (int j = 0; j < m; j++)
            {
                double e = Math.Exp(-k * x[j]);
                int column = 0;
                if (freeD)
                    slopes[j, column++] = e;
                if (freeS)
                    slopes[j, column++] = 1 - e;
                slopes[j, column] = at.A * k * x[j] * e;
            }

            return slopes;
        }

        try
        {
            IObjectiveModel objective = ObjectiveFunction.NonlinearModel(
                Model, Jacobian, Vector<double>.Build.Dense(table.X), Vector<double>.Build.Dense(m, j => table.Correct[j] / table.Answers[j]),
                Vector<double>.Build.Dense(weights));
            NonlinearMinimizationResult result = new LevenbergMarquardtMinimizer(1e-3, 1e-12, 1e-12, 1e-12, 20)
                .FindMinimum(objective, Vector<double>.Build.Dense(start));
            return solver.Better(point, Place(result.MinimizingPoint, freeD, freeS));
        }
        catch (Exception e) when (e is NonConvergenceException or ArithmeticException or ArgumentException)
        {
            return point;
        }
    }

    private static IEnumerable<double> Free(CurvePoint point, bool freeD, bool freeS)
    {
        if (freeD)
            yield return point.D;
        if (freeS)
            yield return point.S;
        yield return point.Theta;
    }

    private static CurvePoint Place(Vector<double> b, bool freeD, bool freeS) =>
        new(freeD ? b[0] : 0, freeS ? b[freeD ? 1 : 0] : 1, b[b.Count - 1], 0);
}
