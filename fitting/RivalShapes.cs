namespace Calibration.Fitting;

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
        double Loss(double logPower) => Deviance(table, x => x > 0 ? Math.Pow(x, Math.Exp(logPower)) : 0);
        return Refine(Loss, -4, 1.6, 15);
    }

    private static double Logistic(AccuracyTable table)
    {
        double low = Math.Log(table.X.Where(x => x > 0).DefaultIfEmpty(1).Min()) - 1, high = 1.5;
        double Loss(double logMiddle, double logSteepness) =>
            Deviance(table, x => x > 0 ? 1 / (1 + Math.Exp(Math.Exp(logSteepness) * (logMiddle - Math.Log(x)))) : 0);
        (double Middle, double Steepness, double Value) best = (0, 0, double.PositiveInfinity);
        for (double middle = low; middle <= high; middle += 0.5)
        {
            for (double steepness = -1.2; steepness <= 2.4; steepness += 0.6)
            {
                double value = Loss(middle, steepness);
                if (value < best.Value)
                    best = (middle, steepness, value);
            }
        }

        for (int round = 0; round < 3; round++)
        {
            (best.Middle, best.Value) = Golden(m => Loss(m, best.Steepness), best.Middle - 0.5, best.Middle + 0.5, best.Middle, best.Value);
            (best.Steepness, best.Value) = Golden(s => Loss(best.Middle, s), best.Steepness - 0.6, best.Steepness + 0.6, best.Steepness, best.Value);
        }

        return best.Value;
    }

    private static double Refine(Func<double, double> loss, double low, double high, int points)
    {
        double step = (high - low) / (points - 1);
        (double at, double value) = Enumerable.Range(0, points).Select(i => low + (i * step)).Select(t => (t, loss(t))).MinBy(t => t.Item2);
        return Golden(loss, at - step, at + step, at, value).Value;
    }

    private static (double At, double Value) Golden(Func<double, double> loss, double low, double high, double at, double value)
    {
        for (int i = 0; i < 16; i++)
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

    /// <summary>Binomial deviance of D + κ f at its reweighted least-squares optimum, probabilities kept half an answer from 0 and 1.</summary>
    private static double Deviance(AccuracyTable table, Func<double, double> shape)
    {
        int m = table.Count;
        Span<double> f = stackalloc double[m];
        Span<double> p = stackalloc double[m];
        for (int j = 0; j < m; j++)
        {
            f[j] = shape(table.X[j]);
            p[j] = (table.Correct[j] + 0.5) / (table.Answers[j] + 1);
        }

        double best = double.PositiveInfinity;
        for (int round = 0; round < 3; round++)
        {
            double a = 0, b = 0, c = 0, u = 0, v = 0;
            for (int j = 0; j < m; j++)
            {
                double w = table.Answers[j] / (p[j] * (1 - p[j])), y = table.Correct[j] / table.Answers[j];
                a += w;
                b += w * f[j];
                c += w * f[j] * f[j];
                u += w * y;
                v += w * f[j] * y;
            }

            double determinant = (a * c) - (b * b);
            double slope = determinant > 1e-12 * a * c ? ((a * v) - (b * u)) / determinant : 0, origin = (u - (b * slope)) / a;
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
