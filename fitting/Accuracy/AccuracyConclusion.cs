using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>From an optimum to a published fit: identification, lack of fit, intervals, verdict.</summary>
internal sealed class AccuracyConclusion(AccuracyTable table, CurveSolver solver, CurvePoint point, AccuracyFitOptions options)
{
    private const double BoundTolerance = 1e-9;

    private readonly double[] _fitted = [.. Enumerable.Range(0, table.Count).Select(j => solver.Probability(point, j))];

    private bool AtZero => point.D <= BoundTolerance;

    private bool AtOne => point.S >= 1 - BoundTolerance;

    public static AccuracyFit Empty(AccuracyFitOptions options)
    {
        const string reason = "no answers";
        ParameterEstimate unknown = ParameterEstimate.Unknown(0, reason);
        return new AccuracyFit
        {
            Verdict = Verdict.NotIdentifiable,
            Explanation = "Not identifiable: there are no answers.",
            A = unknown,
            B = unknown,
            D = unknown,
            Points = [],
            Deviance = 0,
            Method = options.Method,
            Clustered = false,
            Clusters = 0,
            Rivals = [],
        };
    }

    public AccuracyFit Conclude()
    {
        bool degenerate = table.Count < 3 || point.A < 1e-6;
        var distance = new MinimumDistance(table, Guide(), solver.MinTheta, solver.MaxTheta);
        Weakness weakness = Identification.Judge(table, distance, options.IdentificationLevel);
        double? lackOfFit = LackOfFit(distance, weakness);
        ClusterCovariance covariance = ClusterCovariance.At(point, solver, table, !AtZero, !AtOne, true);
        if (weakness.Kind == WeaknessKind.None && (degenerate || !covariance.Regular))
            weakness = new Weakness(WeaknessKind.Flat, "accuracy does not rise with the budget");
        (ParameterEstimate a, ParameterEstimate b, ParameterEstimate d) = new ParameterConclusion(table, solver, point, options, covariance).Estimate(weakness, AtZero, AtOne);
        (Verdict verdict, string explanation) = Judge(lackOfFit, a, b, d);
        double deviance = Enumerable.Range(0, table.Count).Sum(j => RivalShapes.BinomialDeviance(table.Answers[j], table.Correct[j], _fitted[j]));
        deviance = double.IsFinite(deviance) ? deviance : 0;
        return new AccuracyFit
        {
            Verdict = verdict,
            Explanation = explanation,
            Curve = degenerate ? null : new ExponentialAccuracy(point.A, Math.Exp(point.Theta) / table.Scale, point.D),
            A = a,
            B = b,
            D = d,
            Points = Points(),
            Deviance = deviance,
            LackOfFitPValue = lackOfFit,
            Method = options.Method,
            Clustered = table.Clusters > 0,
            Clusters = table.Clusters,
            Rivals = options.CompareRivals && table.Count > 0 ? RivalShapes.Compare(table, deviance, MeanDesignEffect()) : [],
        };
    }

    /// <summary>Probabilities that say which variances to expect: the fitted ones, or where nothing rises those of the mirrored, falling curve.</summary>
    private double[] Guide()
    {
        if (point.A > 1e-4)
            return _fitted;
        var mirror = new CurveSolver(table.X, options.Method);
        mirror.Load(table.Answers, [.. table.Answers.Zip(table.Correct, (n, y) => n - y)]);
        CurvePoint falling = mirror.Solve();
        return [.. Enumerable.Range(0, table.Count).Select(j => 1 - mirror.Probability(falling, j))];
    }

    /// <summary>
    /// T² of the saturated proportions against the closest exponential; not testable without spare budgets or enough clusters.
    /// Where the rate cannot be learned and a limit of the exponential (a line that may end above 1, a step, a decrease)
    /// follows the data, the p-value is that limit's: such data are not identifiable, rather than of the wrong shape.
    /// </summary>
    private double? LackOfFit(MinimumDistance distance, Weakness weakness)
    {
        if (table.Count < 4 || (table.Clusters > 0 && table.Clusters < 2 * table.Count))
            return null;
        double bounded = Tail(distance.Exponential, distance.ActiveBounds);
        double closure = Tail(distance.Closure, distance.AtLimit ? 1 : 0);
        return weakness.Kind != WeaknessKind.None && closure >= options.LackOfFitLevel ? closure : bounded;

        // With the truth on a bound the distance is of either dimension half of the time (Chernoff's mixture).
        double Tail(double value, int bounds) => (Quantiles.HotellingTail(value, distance.Restrictions, table.Clusters)
            + Quantiles.HotellingTail(value, distance.Restrictions + bounds, table.Clusters)) / 2;
    }

    private (Verdict, string) Judge(double? lackOfFit, ParameterEstimate a, ParameterEstimate b, ParameterEstimate d)
    {
        if (lackOfFit is double p && p < options.LackOfFitLevel)
        {
            return (Verdict.LackOfFit, FormattableString.Invariant(
                $"Lack of fit: the data reject the exponential (p = {p:G2}), so its parameters mean nothing."));
        }

        (string Name, ParameterEstimate Value)[] all = [("A", a), ("b", b), ("D", d)];
        (string Name, ParameterEstimate Value)[] unknown = [.. all.Where(e => e.Value.Status == ParameterStatus.NotIdentifiable)];
        if (unknown.Length > 0)
        {
            return (Verdict.NotIdentifiable,
                $"Not identifiable ({string.Join(", ", unknown.Select(e => e.Name))}): {unknown[0].Value.Reason}.");
        }

        string[] bounds = [.. all.Where(e => e.Value.Status == ParameterStatus.AtBound).Select(e => e.Value.Reason!)];
        return bounds.Length > 0
            ? (Verdict.AtBound, $"The fit lies on its bound {string.Join(" and ", bounds)}; everything else is identified.")
            : (Verdict.Identified, "Every parameter is identified.");
    }

    private AccuracyPoint[] Points()
    {
        double[] errors = StandardErrors();
        return
        [
            .. Enumerable.Range(0, table.Count).Select(j => new AccuracyPoint(
                table.Budgets[j], table.Answers[j], table.Correct[j], _fitted[j], (table.Correct[j] / table.Answers[j]) - _fitted[j], errors[j])),
        ];
    }

    private double[] StandardErrors()
    {
        int m = table.Count;
        var variance = new double[m];
        for (int j = 0; j < m; j++)
        {
            double n = table.Answers[j], p = table.Correct[j] / n;
            if (table.Clusters == 0)
            {
                variance[j] = p * (1 - p) / n;
                continue;
            }

            for (int g = 0; g < table.Clusters; g++)
            {
                double e = (table.ClusterCorrect[(g * m) + j] - (table.ClusterAnswers[(g * m) + j] * p)) / n;
                variance[j] += e * e * table.Clusters / (table.Clusters - 1.0);
            }
        }

        return Array.ConvertAll(variance, Math.Sqrt);
    }

    /// <summary>Mean over the budgets of the proportions' clustered variance over the binomial one.</summary>
    private double MeanDesignEffect()
    {
        double[] errors = StandardErrors();
        double[] ratios =
        [
            .. Enumerable.Range(0, table.Count)
                .Select(j => (Error: errors[j], P: table.Correct[j] / table.Answers[j], N: table.Answers[j]))
                .Where(t => t.P is > 0 and < 1).Select(t => t.Error * t.Error * t.N / (t.P * (1 - t.P))),
        ];
        return ratios.Length == 0 ? 1 : ratios.Average();
    }
}
