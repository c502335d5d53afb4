using Calibration.Fitting;
using Calibration.Fitting.Statistics;

namespace Calibration.Analysis.Uncertainty;

/// <summary>
/// Cluster bootstrap of the service line: complete traces are drawn with replacement and the line is fitted again by least
/// squares with the weights of the fit, t0 ≥ 0. Sums by trace make a draw as cheap as adding them. A draw whose line does
/// not rise is repeated at most ten times; then the fitted line is used.
/// </summary>
internal sealed class ServiceLineDraw
{
    private const int Attempts = 10;

    private readonly ServiceTimeLine _fitted;
    private readonly double[] _sums;
    private readonly int _clusters;

    internal ServiceLineDraw(ServiceTimeLine line, IReadOnlyList<ServiceObservation> observations, Func<double, double> varianceAt)
    {
        _fitted = line;
        IGrouping<string, ServiceObservation>[] traces =
        [
            .. observations.GroupBy(observation => observation.Cluster, StringComparer.Ordinal).OrderBy(
                trace => trace.Key, StringComparer.Ordinal),
        ];
        (_clusters, _sums) = (traces.Length, new double[5 * traces.Length]);
        for (int g = 0; g < _clusters; g++)
        {
            foreach (ServiceObservation observation in traces[g])
            {
                double weight = 1 / (varianceAt(observation.Tokens) + 1e-30);
                Span<double> row = _sums.AsSpan(5 * g, 5);
                row[0] += weight;
                row[1] += weight * observation.Tokens;
                row[2] += weight * observation.Tokens * observation.Tokens;
                row[3] += weight * observation.Seconds;
                row[4] += weight * observation.Tokens * observation.Seconds;
            }
        }
    }

    internal ServiceTimeLine Next(ref SplitMix64 random)
    {
        if (_clusters < 2)
            return _fitted;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double w = 0, x = 0, xx = 0, y = 0, xy = 0;
            for (int draw = 0; draw < _clusters; draw++)
            {
                ReadOnlySpan<double> row = _sums.AsSpan(5 * random.Below(_clusters), 5);
                (w, x, xx, y, xy) = (w + row[0], x + row[1], xx + row[2], y + row[3], xy + row[4]);
            }

            double determinant = (w * xx) - (x * x);
            if (!(determinant > 1e-12 * w * xx))
                continue;
            double slope = ((w * xy) - (x * y)) / determinant, origin = ((xx * y) - (x * xy)) / determinant;
            if (origin < 0)
                (origin, slope) = (0, xy / xx);
            if (slope > 0)
                return new ServiceTimeLine(origin, slope);
        }

        return _fitted;
    }
}
