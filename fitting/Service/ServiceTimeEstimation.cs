using System.Globalization;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Service;

/// <summary>One service-time fit in its steps: noise, line, covariance, curvature, verdict.</summary>
internal sealed class ServiceTimeEstimation
{
    private readonly IReadOnlyList<ServiceObservation> _observations;
    private readonly double _level;
    private readonly double[] _tokens;
    private readonly double[] _seconds;
    private readonly int[][] _clusters;
    private readonly bool _clustered;
    private readonly int _distinct;

    public ServiceTimeEstimation(IReadOnlyList<ServiceObservation> observations, double level)
    {
        (_observations, _level) = (observations, level);
        _tokens = [.. observations.Select(o => o.Tokens)];
        _seconds = [.. observations.Select(o => o.Seconds)];
        int[][] traces =
        [
            .. Enumerable.Range(0, observations.Count).GroupBy(i => observations[i].Cluster, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.ToArray()),
        ];
        _clustered = traces.Length > 1 && traces.Length < observations.Count;
        _clusters = _clustered ? traces : [.. Enumerable.Range(0, observations.Count).Select(i => new[] { i })];
        _distinct = _tokens.Distinct().Count();
    }

    public ServiceTimeFit Conclude()
    {
        if (_distinct < 2)
            return Unknown("a line needs times at two different budgets", null, default, null);
        (ServiceTimeLine robust, NoiseModel noise, bool converged) = RobustLine.Through(_tokens, _seconds);
        double[] weights = Weights(robust, noise);
        var data = new ClusteredData(_seconds, weights, Shared(robust, noise), _clusters);
        ClusteredRegression? free = ClusteredRegression.Fit([_ => 1, i => _tokens[i]], data);
        bool[] outliers = Outliers(robust, noise);
        if (free is null)
            return Unknown("the budgets are too close to one another", outliers, noise, robust);
        bool atZero = free.Coefficients[0] <= 0;
        ClusteredRegression? held = atZero ? ClusteredRegression.Fit([i => _tokens[i]], data) : free;
        var line = new ServiceTimeLine(atZero ? 0 : free.Coefficients[0], held!.Coefficients[^1]);
        if (!(line.SecondsPerToken > 0))
            return Unknown("service time does not rise with the budget", outliers, noise, null);
        if (_observations.Count <= 2)
            return Unknown("two measurements leave no error to estimate", outliers, noise, line);
        ParameterEstimate t0 = OriginOf(free, atZero), c = SlopeOf(held);
        var departure = new Departure(_tokens, data);
        (double? curvature, double? share) = departure.From(line);
        if (c.Interval is { } affine && share <= ServiceTimeFitter.CurvatureShareLimit)
            (t0, c) = departure.Widened((free, held), t0, c with { Interval = affine });
        List<ServiceInfluence> influences = Influence.Find(
            Points(line, outliers), line.SecondsPerToken, _clustered ? _clusters : [], left => Without(left, data, atZero));
        (t0, double? skewness) = Skewed(t0, line);
        (Verdict verdict, string explanation) = Judge(t0, c, curvature, share);
        double? variance = WithinBudgetVariance(line);
        return new ServiceTimeFit
        {
            Verdict = verdict,
            Explanation = string.Join(' ', [explanation, .. Remarks(variance, influences, skewness)]),
            Converged = converged,
            Line = line,
            T0Seconds = t0,
            SecondsPerToken = c,
            WithinBudgetVariance = variance,
            AbsoluteNoiseSeconds = noise.Absolute,
            RelativeNoise = noise.Relative,
            RSquared = RSquared(line, weights),
            CurvaturePValue = curvature,
            CurvatureShare = share,
            Points = Points(line, outliers),
            Influences = influences,
            OverheadSkewness = skewness,
            Clustered = _clustered,
            Clusters = _clustered ? _clusters.Length : 0,
        };
    }

    private static IEnumerable<string> Remarks(double? variance, List<ServiceInfluence> influences, double? skewness)
    {
        if (variance is null)
            yield return VarianceUnknown;
        foreach (ServiceInfluence influence in influences)
            yield return influence.Sentence;
        if (skewness is { } value)
            yield return FormattableString.Invariant(
                $"The overheads of the traces are skewed (skewness {value:0.0}): the interval of t0 may be too low.");
    }

    /// <summary>Slope and standard error without some of the observations, at the same weights.</summary>
    private (double C, double Error)? Without(HashSet<int> left, ClusteredData data, bool atZero)
    {
        int[] kept = [.. Enumerable.Range(0, _tokens.Length).Where(i => !left.Contains(i))];
        Dictionary<int, int> place = kept.Select((i, at) => (i, at)).ToDictionary(pair => pair.i, pair => pair.at);
        int[][] clusters =
        [
            .. _clusters.Select(rows => rows.Where(place.ContainsKey).Select(i => place[i]).ToArray()).Where(rows => rows.Length > 0),
        ];
        Func<int, double>[] columns = atZero ? [at => _tokens[kept[at]]] : [_ => 1, at => _tokens[kept[at]]];
        ClusteredRegression? rest = ClusteredRegression.Fit(columns, data.Of(kept, clusters));
        return rest is { } fit && fit.Coefficients[^1] > 0 ? (fit.Coefficients[^1], fit.StandardErrors[^1]) : null;
    }

    /// <summary>
    /// The interval of t0 with Johnson's term for skewed overheads, g (1 + 2q²)/(6√n) standard errors on their long side (JASA 73
    /// (1978) 536), and the skewness where it is clear: beyond 1.5 times √(6/n), with at least eight traces.
    /// </summary>
    private (ParameterEstimate T0, double? Skewness) Skewed(ParameterEstimate t0, ServiceTimeLine line)
    {
        if (!_clustered || _clusters.Length < 8 || t0.StandardError is not { } error || t0.Interval is not { } interval)
            return (t0, null);
        double[] overheads = Array.ConvertAll(
            _clusters, rows => rows.MinBy(i => _tokens[i]) is var first ? _seconds[first] - line.At(_tokens[first]) : 0);
        double mean = overheads.Average();
        double second = overheads.Average(o => Math.Pow(o - mean, 2)), third = overheads.Average(o => Math.Pow(o - mean, 3));
        double skewness = second > 1e-24 ? third / Math.Pow(second, 1.5) : 0, quantile = Quantiles.TwoSided(_level, _clusters.Length - 1);
        double shift = error * skewness * (1 + (2 * quantile * quantile)) / (6 * Math.Sqrt(overheads.Length));
        bool clear = Math.Abs(skewness) > ServiceTimeFitter.SkewnessLimit * Math.Sqrt(6.0 / overheads.Length);
        var widened = new Interval(Math.Max(0, interval.Low + Math.Min(0, shift)), interval.High + Math.Max(0, shift));
        return (t0 with { Interval = widened }, clear ? skewness : null);
    }

    private double[] Weights(ServiceTimeLine line, NoiseModel noise) =>
        Array.ConvertAll(_tokens, t => 1 / (noise.Variance(line.At(t)) + 1e-30));

    /// <summary>The relative noise is taken as common to a trace, the absolute one as each point's own.</summary>
    private double[] Shared(ServiceTimeLine line, NoiseModel noise) =>
        Array.ConvertAll(_tokens, t => Math.Abs(noise.Relative * line.At(t)) / Math.Sqrt(noise.Variance(line.At(t)) + 1e-30));

    private bool[] Outliers(ServiceTimeLine line, NoiseModel noise)
    {
        double[] standard =
        [
            .. Enumerable.Range(0, _seconds.Length).Select(i =>
                Math.Abs(_seconds[i] - line.At(_tokens[i])) / Math.Sqrt(noise.Variance(line.At(_tokens[i])) + 1e-18)),
        ];
        double limit = ServiceTimeFitter.OutlierLimit * Math.Max(1.4826 * NoiseModel.Median(standard), 1e-3);
        return Array.ConvertAll(standard, s => s > limit);
    }

    private ParameterEstimate OriginOf(ClusteredRegression free, bool atZero)
    {
        double quantile = Quantiles.TwoSided(_level, free.DegreesOfFreedom[0]);
        double value = free.Coefficients[0], width = quantile * free.StandardErrors[0];
        return new ParameterEstimate
        {
            Value = atZero ? 0 : value,
            Status = atZero ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atZero ? "t0 = 0" : null,
            StandardError = atZero ? null : free.StandardErrors[0],
            Interval = new Interval(Math.Max(0, value - width), Math.Max(0, value + width)),
        };
    }

    private ParameterEstimate SlopeOf(ClusteredRegression held)
    {
        double value = held.Coefficients[^1], error = held.StandardErrors[^1];
        double width = Quantiles.TwoSided(_level, held.DegreesOfFreedom[^1]) * error;
        if (value - width <= 0)
            return ParameterEstimate.Unknown(value, "service time does not rise with the budget beyond its noise");
        return new ParameterEstimate
        {
            Value = value,
            Status = ParameterStatus.Identified,
            StandardError = error,
            Interval = new Interval(value - width, value + width),
        };
    }

    private static (Verdict, string) Judge(ParameterEstimate t0, ParameterEstimate c, double? curvature, double? share)
    {
        bool bent = curvature < ServiceTimeFitter.CurvatureLevel;
        if (bent && share > ServiceTimeFitter.CurvatureShareLimit)
        {
            return (Verdict.LackOfFit, string.Create(
                CultureInfo.InvariantCulture,
                $"Lack of fit: service time is not affine over the measured budgets ({PValueText.Of(curvature)}, up to {100 * share:F1} % "
                    + $"of the time)."));
        }

        string remark = bent
            ? FormattableString.Invariant(
                $" A slight curvature is visible ({PValueText.Of(curvature)}), but it changes no time by more than {100 * share:F1} %.")
            : string.Empty;
        if (c.Status == ParameterStatus.NotIdentifiable)
            return (Verdict.NotIdentifiable, $"Not identifiable (c): {c.Reason}.{remark}");
        return t0.Status == ParameterStatus.AtBound
            ? (Verdict.AtBound, $"The fit lies on its bound t0 = 0; the slope is identified.{remark}")
            : (Verdict.Identified, $"Both parameters are identified.{remark}");
    }

    /// <summary>
    /// Pooled over the token counts that occur more than once. One degree of freedom (two equal counts, by chance, under a cap) is no
    /// estimate: its 95 % interval spans three orders of magnitude.
    /// </summary>
    private double? WithinBudgetVariance(ServiceTimeLine line)
    {
        double squares = 0;
        int freedom = 0;
        foreach (IGrouping<double, double> budget in Enumerable.Range(0, _tokens.Length).GroupBy(i => _tokens[i], i => _seconds[i]))
        {
            double[] times = [.. budget];
            double mean = times.Average();
            squares += times.Sum(t => (t - mean) * (t - mean));
            freedom += times.Length - 1;
        }

        if (freedom > 0)
            return freedom == 1 ? null : squares / freedom;
        int rest = _seconds.Length - 2;
        return rest > 0 ? Enumerable.Range(0, _seconds.Length).Sum(i => Math.Pow(_seconds[i] - line.At(_tokens[i]), 2)) / rest : 0;
    }

    private double? RSquared(ServiceTimeLine line, double[] weights)
    {
        double sum = weights.Sum(), mean = Enumerable.Range(0, weights.Length).Sum(i => weights[i] * _seconds[i]) / sum;
        double total = Enumerable.Range(0, weights.Length).Sum(i => weights[i] * Math.Pow(_seconds[i] - mean, 2));
        double rest = Enumerable.Range(0, weights.Length).Sum(i => weights[i] * Math.Pow(_seconds[i] - line.At(_tokens[i]), 2));
        return total > 0 ? 1 - (rest / total) : null;
    }

    private ServicePoint[] Points(ServiceTimeLine? line, bool[]? outliers)
    {
        double mean = _seconds.Length == 0 ? 0 : _seconds.Average();
        return
        [
            .. _observations.Select((o, i) =>
            {
                double fitted = line?.At(o.Tokens) ?? mean;
                return new ServicePoint(o.Cluster, o.Tokens, o.Seconds, fitted, o.Seconds - fitted, outliers?[i] ?? false);
            }),
        ];
    }

    private const string VarianceUnknown = "The variance at a given budget is unknown: only two times have the same number of tokens.";

    private ServiceTimeFit Unknown(string reason, bool[]? outliers, NoiseModel noise, ServiceTimeLine? line)
    {
        ServiceTimeLine? rising = line is { SecondsPerToken: > 0 } ? line : null;
        return new ServiceTimeFit
        {
            Verdict = Verdict.NotIdentifiable,
            Explanation = $"Not identifiable: {reason}.",
            Line = rising,
            T0Seconds = ParameterEstimate.Unknown(rising?.T0Seconds ?? 0, reason),
            SecondsPerToken = ParameterEstimate.Unknown(rising?.SecondsPerToken ?? 0, reason),
            WithinBudgetVariance = WithinBudgetVariance(rising ?? new ServiceTimeLine(_seconds.Length == 0 ? 0 : _seconds.Average(), 0)),
            AbsoluteNoiseSeconds = noise.Absolute,
            RelativeNoise = noise.Relative,
            Points = Points(rising, outliers),
            Clustered = _clustered,
            Clusters = _clustered ? _clusters.Length : 0,
        };
    }
}
