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
        var test = new LackOfFitTest(table, Guide(), solver);
        Weakness weakness = Identification.Judge(table, test.Distance, options.IdentificationLevel);
        double? lackOfFit = test.PValue(weakness, options.LackOfFitLevel);
        ClusterCovariance covariance = ClusterCovariance.At(point, solver, table, !AtZero, !AtOne, true);
        if (weakness.Kind == WeaknessKind.None && (degenerate || !covariance.Regular))
            weakness = new Weakness(WeaknessKind.Flat, "accuracy does not rise with the budget");
        var parameters = new ParameterConclusion(table, solver, point, options, covariance);
        (ParameterEstimate a, ParameterEstimate b, ParameterEstimate d) =
            lackOfFit < options.LackOfFitLevel ? parameters.Withheld("the data reject the exponential") : parameters.Estimate(weakness, AtZero, AtOne);
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

    private (Verdict, string) Judge(double? lackOfFit, ParameterEstimate a, ParameterEstimate b, ParameterEstimate d)
    {
        if (lackOfFit is double p && p < options.LackOfFitLevel)
        {
            return (Verdict.LackOfFit, FormattableString.Invariant(
                $"The data reject the exponential (p = {p:G2}); no intervals of its parameters are given."));
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
