using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Fits the rival shapes by variable projection: each is D + κ f(ℓ) with one or two inner parameters; κ and D follow from
/// reweighted least squares, the inner ones from a grid and golden sections.
/// </summary>
internal static class RivalShapes
{
    public static IReadOnlyList<RivalFit> Compare(AccuracyTable table, double exponentialDeviance, double designEffect)
    {
        double delta = Math.Max(1, designEffect);
        RivalFit Row(string shape, string formula, int parameters, double deviance) =>
            new(shape, formula, parameters, deviance, (deviance / delta) + (2 * parameters));
        return
        [
            .. new[]
            {
                Row("exponential", "A(1 − e^(−bℓ)) + D", 3, exponentialDeviance),
                Row("power law", "D + κ ℓ^γ", 3, PowerLaw(table)),
                Row("logistic in log ℓ", "D + κ / (1 + (m/ℓ)^s)", 4, Logistic(table)),
            }.OrderBy(r => r.Score),
        ];
    }

    private static double PowerLaw(AccuracyTable table)
    {
        double[] logs = Array.ConvertAll(table.X, x => x > 0 ? Math.Log(x) : double.NegativeInfinity);
        double Loss(double logPower, int rounds) => Deviance(table, j => Math.Exp(Math.Exp(logPower) * logs[j]), rounds);
        (double at, _) = Enumerable.Range(0, 15).Select(i => -4 + (0.4 * i)).Select(t => (t, Loss(t, 0))).MinBy(t => t.Item2);
        return Golden(t => Loss(t, 3), (at, Loss(at, 3)), 0.4).Value;
    }

    private static double Logistic(AccuracyTable table)
    {
        double[] logs = Array.ConvertAll(table.X, x => x > 0 ? Math.Log(x) : double.NegativeInfinity);
        double low = Math.Log(table.X.Where(x => x > 0).DefaultIfEmpty(1).Min()) - 1, high = 1.5;
        double Loss(double logMiddle, double logSteepness, int rounds = 3) =>
            Deviance(table, j => 1 / (1 + Math.Exp(Math.Exp(logSteepness) * (logMiddle - logs[j]))), rounds);
        (double Middle, double Steepness, double Value) best = (0, 0, double.PositiveInfinity);
        for (double middle = low; middle <= high; middle += 0.5)
        {
            for (double steepness = -1.2; steepness <= 2.4; steepness += 0.6)
            {
                double value = Loss(middle, steepness, 0);
                if (value < best.Value)
                    best = (middle, steepness, value);
            }
        }

        best.Value = Loss(best.Middle, best.Steepness);
        for (int round = 0; round < 2; round++)
        {
            (best.Middle, best.Value) = Golden(m => Loss(m, best.Steepness), (best.Middle, best.Value), 0.5);
            (best.Steepness, best.Value) = Golden(s => Loss(best.Middle, s), (best.Steepness, best.Value), 0.6);
        }

        return best.Value;
    }

    /// <summary>Eight golden sections of the interval of half a width around the best value so far.</summary>
    private static (double At, double Value) Golden(Func<double, double> loss, (double At, double Value) best, double halfWidth)
    {
        (double at, double value) = best;
        double low = at - halfWidth, high = at + halfWidth;
        for (int i = 0; i < 8; i++)
        {
            double left = high - (0.618033988749895 * (high - low)), right = low + (0.618033988749895 * (high - low));
            double a = loss(left), b = loss(right);
            if (Math.Min(a, b) < value)
                (at, value) = a < b ? (left, a) : (right, b);
            if (a < b)
                high = right;
            else
                low = left;
        }

        return (at, value);
    }

    /// <summary>
    /// Binomial deviance of D + κ f at its reweighted least-squares optimum, probabilities kept half an answer from 0 and 1;
    /// in no rounds, the weighted sum of squares at the first weights, for the grid.
    /// </summary>
    private static double Deviance(AccuracyTable table, Func<int, double> shape, int rounds)
    {
        int m = table.Count;
        Span<double> f = stackalloc double[m];
        Span<double> p = stackalloc double[m];
        for (int j = 0; j < m; j++)
        {
            f[j] = shape(j);
            p[j] = (table.Correct[j] + 0.5) / (table.Answers[j] + 1);
        }

        double best = double.PositiveInfinity;
        for (int round = 0; round < Math.Max(1, rounds); round++)
        {
            double a = 0, b = 0, c = 0, u = 0, v = 0, t = 0;
            for (int j = 0; j < m; j++)
            {
                double w = table.Answers[j] / (p[j] * (1 - p[j])), y = table.Correct[j] / table.Answers[j];
                a += w;
                b += w * f[j];
                c += w * f[j] * f[j];
                u += w * y;
                v += w * f[j] * y;
                t += w * y * y;
            }

            double determinant = (a * c) - (b * b);
            double slope = determinant > 1e-12 * a * c ? ((a * v) - (b * u)) / determinant : 0, origin = (u - (b * slope)) / a;
            if (rounds == 0)
                return t - (u * origin) - (v * slope);
            double deviance = 0;
            for (int j = 0; j < m; j++)
            {
                double edge = 0.5 / (table.Answers[j] + 1);
                p[j] = Math.Clamp(origin + (slope * f[j]), edge, 1 - edge);
                deviance += BinomialDeviance(table.Answers[j], table.Correct[j], p[j]);
            }

            best = Math.Min(best, deviance);
        }

        return best;
    }

    public static double BinomialDeviance(double answers, double correct, double p)
    {
        double wrong = answers - correct, sum = 0;
        if (correct > 0)
            sum += correct * Math.Log(correct / answers / p);
        if (wrong > 0)
            sum += wrong * Math.Log(wrong / answers / (1 - p));
        return Math.Max(0, 2 * sum);
    }
}
