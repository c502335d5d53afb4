using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Accuracy;

/// <summary>From an optimum to a published fit: identification, lack of fit, intervals, verdict.</summary>
internal sealed class AccuracyConclusion(FittedCurve fit, AccuracyFitOptions options)
{
    private const double BoundTolerance = 1e-9;

    private readonly double[] _fitted = [.. Enumerable.Range(0, fit.Table.Count).Select(j => fit.Solver.Probability(fit.Point, j))];

    private bool AtZero => fit.Point.D <= BoundTolerance;

    private bool AtOne => fit.Point.S >= 1 - BoundTolerance;

    private bool IsDegenerate => fit.Table.Count < 3 || fit.Point.A < 1e-6;

    /// <summary>Binomial deviance against the saturated model.</summary>
    public double Deviance
    {
        get
        {
            double sum = Enumerable.Range(0, fit.Table.Count).Sum(j =>
                RivalShapes.BinomialDeviance(fit.Table.Answers[j], fit.Table.Correct[j], _fitted[j]));
            return double.IsFinite(sum) ? sum : 0;
        }
    }

    /// <summary>The verdict alone, without the intervals: for replicates.</summary>
    public Verdict Verdict()
    {
        (Weakness weakness, double? lackOfFit, ClusterCovariance covariance) = Assess();
        if (lackOfFit < options.LackOfFitLevel)
            return Fitting.Verdict.LackOfFit;
        if (weakness.Kind != WeaknessKind.None || !new ParameterConclusion(fit, options, covariance).HasRate(weakness))
            return Fitting.Verdict.NotIdentifiable;
        return AtZero || AtOne ? Fitting.Verdict.AtBound : Fitting.Verdict.Identified;
    }

    public static AccuracyFit Empty(AccuracyFitOptions options)
    {
        const string reason = "no answers";
        ParameterEstimate unknown = ParameterEstimate.Unknown(0, reason);
        return new AccuracyFit
        {
            Verdict = Fitting.Verdict.NotIdentifiable,
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
        (Weakness weakness, double? lackOfFit, ClusterCovariance covariance) = Assess();
        var parameters = new ParameterConclusion(fit, options, covariance);
        (ParameterEstimate a, ParameterEstimate b, ParameterEstimate d) =
            lackOfFit < options.LackOfFitLevel
                ? parameters.Withheld("the data reject the exponential")
                : parameters.Estimate(weakness, AtZero, AtOne);
        (Verdict verdict, string explanation) = Judge(lackOfFit, a, b, d);
        return new AccuracyFit
        {
            Verdict = verdict,
            Explanation = explanation,
            Curve = IsDegenerate ? null : new ExponentialAccuracy(fit.Point.A, Math.Exp(fit.Point.Theta) / fit.Table.Scale, fit.Point.D),
            A = a,
            B = b,
            D = d,
            Points = Points(),
            Deviance = Deviance,
            LackOfFitPValue = lackOfFit,
            Method = options.Method,
            Converged = IsDegenerate || fit.Point.Converged,
            Clustered = fit.Table.Clusters > 0,
            Clusters = fit.Table.Clusters,
            Rivals = options.CompareRivals && fit.Table.Count > 0
                ? RivalShapes.Compare(fit.Table, Deviance, DesignEffects.Mean(fit.Table))
                : [],
        };
    }

    private (Weakness Weakness, double? LackOfFit, ClusterCovariance Covariance) Assess()
    {
        var test = new LackOfFitTest(fit.Table, Guide(), fit.Solver);
        Weakness weakness = Identification.Judge(fit.Table, test.Distance, options.IdentificationLevel);
        double? lackOfFit = test.PValue(weakness, options.LackOfFitLevel);
        ClusterCovariance covariance = ClusterCovariance.At(fit, !AtZero, !AtOne);
        if (weakness.Kind == WeaknessKind.None && (IsDegenerate || !covariance.Regular))
            weakness = new Weakness(WeaknessKind.Flat, "accuracy does not rise with the budget");
        return (weakness, lackOfFit, covariance);
    }

    /// <summary>
    /// Probabilities that say which variances to expect: the fitted ones, or where nothing rises those of the mirrored, falling curve.
    /// </summary>
    private double[] Guide()
    {
        if (fit.Point.A > 1e-4)
            return _fitted;
        var mirror = new CurveSolver(fit.Table.X, options.Method);
        mirror.Load(fit.Table.Answers, [.. fit.Table.Answers.Zip(fit.Table.Correct, (n, y) => n - y)]);
        CurvePoint falling = mirror.Solve();
        return [.. Enumerable.Range(0, fit.Table.Count).Select(j => 1 - mirror.Probability(falling, j))];
    }

    private (Verdict, string) Judge(double? lackOfFit, ParameterEstimate a, ParameterEstimate b, ParameterEstimate d)
    {
        if (lackOfFit is double p && p < options.LackOfFitLevel)
        {
            return (
                Fitting.Verdict.LackOfFit,
                $"The data reject the exponential ({PValueText.Of(p)}); no intervals of its parameters are given.");
        }

        (string Name, ParameterEstimate Value)[] all = [("A", a), ("b", b), ("D", d)];
        (string Name, ParameterEstimate Value)[] unknown = [.. all.Where(e => e.Value.Status == ParameterStatus.NotIdentifiable)];
        if (unknown.Length > 0)
        {
            return (Fitting.Verdict.NotIdentifiable,
                $"Not identifiable ({string.Join(", ", unknown.Select(e => e.Name))}): {unknown[0].Value.Reason}.");
        }

        string[] bounds = [.. all.Where(e => e.Value.Status == ParameterStatus.AtBound).Select(e => e.Value.Reason!)];
        return bounds.Length > 0
            ? (Fitting.Verdict.AtBound, $"The fit lies on its bound {string.Join(" and ", bounds)}; everything else is identified.")
            : (Fitting.Verdict.Identified, "Every parameter is identified.");
    }

    private AccuracyPoint[] Points()
    {
        AccuracyTable table = fit.Table;
        double[] errors = DesignEffects.StandardErrors(table);
        return
        [
            .. Enumerable.Range(0, table.Count).Select(j => new AccuracyPoint(
                table.Budgets[j], table.Answers[j], table.Correct[j], _fitted[j], (table.Correct[j] / table.Answers[j]) - _fitted[j],
                errors[j])),
        ];
    }
}
