using MathNet.Numerics;

namespace Calibration.Fitting.Statistics;

/// <summary>
/// The exact sign test: whether a change is as often up as down. With single yes-or-no answers it is McNemar's exact test.
/// </summary>
public static class SignTest
{
    /// <summary>Two-sided p-value 2 P(X ≥ max(up, down)), X binomial with n = up + down and ½; 1 where nothing changed.</summary>
    /// <param name="up">Units that rose, at least 0.</param>
    /// <param name="down">Units that fell, at least 0.</param>
    public static double PValue(int up, int down)
    {
        int more = Math.Max(up, down);

        // P(X ≥ k) as an incomplete beta function keeps the digits of small p-values.
        return more == 0 ? 1 : Math.Min(1, 2 * SpecialFunctions.BetaRegularized(more, up + down - more + 1, 0.5));
    }
}
