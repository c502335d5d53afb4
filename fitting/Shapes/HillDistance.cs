using Calibration.Fitting.Answers;
using Calibration.Fitting.Distances;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// Distance of the measured proportions from the closest Hill curve in a given metric, and that curve: damped Gauss–Newton from a start.
/// </summary>
internal sealed class HillDistance
{
    private const int N = HillPoint.Parameters;

    private readonly AccuracyTable _table;
    private readonly Whitening _whitening;
    private readonly HillRange _range;
    private readonly double[] _data;
    private readonly double[] _fitted;
    private readonly double[] _white;
    private readonly double[][] _slopes;

    public HillDistance(AccuracyTable table, Whitening whitening, HillRange range, HillPoint start)
    {
        (_table, _whitening, _range) = (table, whitening, range);
        int m = table.Count;
        _data = whitening.Whiten(table.Proportions(), new double[m]);
        (_fitted, _white) = (new double[m], new double[m]);
        _slopes = [new double[m], new double[m], new double[m], new double[m]];
        (Point, Value) = (start, ValueAt(start));
        Descend();
    }

    public HillPoint Point { get; private set; }

    public double Value { get; private set; }

    /// <summary>Whether the last step changed the distance by less than 10⁻⁷ of it.</summary>
    public bool Converged { get; private set; }

    /// <summary>How many of D = 0 and A + D = 1 hold there.</summary>
    public int ActiveBounds => (Point.AtZero ? 1 : 0) + (Point.AtOne ? 1 : 0);

    /// <summary>Slopes there in the parameters that are not on a bound, at the budgets.</summary>
    public IReadOnlyList<double[]> Tangents()
    {
        double[][] all = [.. Enumerable.Range(0, N).Select(_ => new double[_table.Count])];
        Fill(all);
        bool[] kept = [!Point.AtZero, !Point.AtOne, true, true];
        return [.. all.Where((_, i) => kept[i])];
    }

    private double ValueAt(HillPoint point)
    {
        for (int j = 0; j < _fitted.Length; j++)
            _fitted[j] = point.Probability(_table.X[j]);
        double[] white = _whitening.Whiten(_fitted, _white);
        double sum = 0;
        for (int j = 0; j < white.Length; j++)
            sum += (_data[j] - white[j]) * (_data[j] - white[j]);
        return sum;
    }

    private void Descend()
    {
        Span<double> g = stackalloc double[N];
        Span<double> h = stackalloc double[N * N];
        Span<double> step = stackalloc double[N];
        double ridge = 1e-6;
        for (int iteration = 0; iteration < 60 && ridge < 1e8; iteration++)
        {
            ValueAt(Point);
            Normal(g, h);
            Span<bool> free =
            [
                !(Point.D <= 0 && g[0] <= 0), !(Point.S >= 1 && g[1] >= 0),
                !(Point.Eta <= _range.MinEta && g[2] <= 0) && !(Point.Eta >= _range.MaxEta && g[2] >= 0),
                !(Point.Sigma <= _range.MinSigma && g[3] <= 0) && !(Point.Sigma >= _range.MaxSigma && g[3] >= 0),
            ];
            if (!SmallSystem.TrySolve(new NormalEquations(h, g), free, ridge, step))
            {
                ridge *= 100;
                continue;
            }

            HillPoint next = Point.Move(step, 1, _range, tied: false);
            double value = next.S >= next.D ? ValueAt(next) : double.PositiveInfinity;
            if (value < Value)
            {
                bool settled = Value - value < 1e-7 * (1 + value);
                (Point, Value, ridge) = (next, value, Math.Max(1e-9, ridge / 10));
                if (settled)
                {
                    Converged = true;
                    return;
                }
            }
            else
            {
                ridge *= 10;
            }
        }
    }

    /// <summary>Normal equations of the whitened residuals whose fitted values ValueAt has left.</summary>
    private void Normal(Span<double> g, Span<double> h)
    {
        Fill(_slopes);
        for (int i = 0; i < N; i++)
            _slopes[i] = _whitening.Whiten([.. _slopes[i]], _slopes[i]);
        g.Clear();
        h.Clear();
        for (int j = 0; j < _white.Length; j++)
        {
            double residual = _data[j] - _white[j];
            for (int i = 0; i < N; i++)
            {
                g[i] += residual * _slopes[i][j];
                for (int k = 0; k < N; k++)
                    h[(i * N) + k] += _slopes[i][j] * _slopes[k][j];
            }
        }
    }

    private void Fill(double[][] columns)
    {
        Span<double> slopes = stackalloc double[N];
        for (int j = 0; j < _table.Count; j++)
        {
            Point.Slopes(_table.X[j], slopes);
            for (int i = 0; i < N; i++)
                columns[i][j] = slopes[i];
        }
    }
}
