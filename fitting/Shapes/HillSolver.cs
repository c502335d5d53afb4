using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// Maximises the binomial likelihood of a Hill curve: over a grid of half-budgets and steepnesses the curve is linear in D and S,
/// which gives a start that no local optimum misleads; Gauss–Newton steps on the box finish it. One instance per thread.
/// </summary>
internal sealed class HillSolver
{
    private const int N = HillPoint.Parameters;
    private const double EtaStep = 0.5;
    private const double SigmaStep = 0.45;
    private const double Margin = 1e-4;

    private readonly double[] _x;
    private readonly double[] _answers;
    private readonly double[] _correct;
    private readonly (double Eta, double Sigma, double[] Shares)[] _grid;
    private readonly double[] _gradient = new double[N];
    private readonly double[] _information = new double[N * N];

    /// <param name="x">Budgets over the largest one.</param>
    public HillSolver(double[] x)
    {
        (_x, _answers, _correct) = (x, new double[x.Length], new double[x.Length]);
        Range = HillRange.Of(x);
        var grid = new List<(double, double, double[])>();
        for (double eta = Range.MinEta; eta <= Range.MaxEta; eta += EtaStep)
        {
            for (double sigma = Range.MinSigma; sigma <= Range.MaxSigma; sigma += SigmaStep)
                grid.Add((eta, sigma, Array.ConvertAll(x, new HillPoint(0, 1, eta, sigma, 0).Share)));
        }

        _grid = [.. grid];
    }

    public HillRange Range { get; }

    /// <summary>Gradient in (D, S, η, σ) where the last polish ended.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>Negative Hessian there without the residuals' terms, row by row.</summary>
    public ReadOnlySpan<double> Information => _information;

    public void Load(ReadOnlySpan<double> answers, ReadOnlySpan<double> correct)
    {
        answers.CopyTo(_answers);
        correct.CopyTo(_correct);
    }

    /// <summary>Global optimum with A ≥ 0.</summary>
    public HillPoint Solve()
    {
        Span<double> weights = stackalloc double[_x.Length];
        for (int j = 0; j < _x.Length; j++)
        {
            double p = (_correct[j] + 0.5) / (_answers[j] + 1);
            weights[j] = _answers[j] / (p * (1 - p));
        }

        (double Loss, HillPoint Point) best = (double.PositiveInfinity, default);
        foreach ((double eta, double sigma, double[] shares) in _grid)
        {
            double a = 0, b = 0, c = 0, u = 0, v = 0;
            for (int j = 0; j < shares.Length; j++)
            {
                double f = shares[j], e = 1 - f, y = _correct[j] / _answers[j], w = weights[j];
                (a, b, c, u, v) = (a + (w * e * e), b + (w * e * f), c + (w * f * f), u + (w * e * y), v + (w * f * y));
            }

            (double d, double s, double loss) = Triangle.Minimise(new PlaneForm(a, b, c, u, v));
            if (loss < best.Loss)
                best = (loss, new HillPoint(d, s, eta, sigma, 0));
        }

        HillPoint start = best.Point;
        if (start.A < 1e-6)
            start = start with { D = Math.Max(0, start.D - 1e-3), S = Math.Min(1, start.S + 1e-3) };
        return Polish(start, HillHeld.None, 1e-14);
    }

    /// <summary>Gauss–Newton steps from a start, one quantity held fixed if asked; what a bound blocks stays there.</summary>
    public HillPoint Polish(HillPoint start, HillHeld held, double tolerance = 1e-9)
    {
        HillPoint point = Inside(start, held);
        point = point with { Objective = Value(point), Converged = false };
        Span<double> step = stackalloc double[N];
        for (int iteration = 0; iteration < 100; iteration++)
        {
            Differentiate(point);
            if (Step(point, held, step) < tolerance)
                return point with { Converged = true };
            double length = 1;
            bool risen = false;
            for (int halving = 0; halving < 30 && !risen; halving++, length /= 2)
            {
                HillPoint next = point.Move(step, length, Range, held == HillHeld.A);
                double objective = Value(next);
                if (objective > point.Objective)
                    (point, risen) = (next with { Objective = objective }, true);
            }

            if (!risen)
                return point with { Converged = true };
        }

        Differentiate(point);
        return point;
    }

    private double Value(HillPoint point)
    {
        if (!(point.S > point.D))
            return double.NegativeInfinity;
        double total = 0;
        for (int j = 0; j < _x.Length; j++)
        {
            double p = point.Probability(_x[j]), right = _correct[j], wrong = _answers[j] - right;
            total += (right > 0 ? right * Math.Log(p) : 0) + (wrong > 0 ? wrong * Math.Log(1 - p) : 0);
        }

        return double.IsNaN(total) ? double.NegativeInfinity : total;
    }

    private void Differentiate(HillPoint point)
    {
        Array.Clear(_gradient);
        Array.Clear(_information);
        Span<double> slopes = stackalloc double[N];
        for (int j = 0; j < _x.Length; j++)
        {
            double p = point.Probability(_x[j]), right = _correct[j], wrong = _answers[j] - right;
            double r = right > 0 ? right / p : 0, w = wrong > 0 ? wrong / (1 - p) : 0;
            double h = (right > 0 ? r / p : 0) + (wrong > 0 ? w / (1 - p) : 0);
            point.Slopes(_x[j], slopes);
            for (int i = 0; i < N; i++)
            {
                _gradient[i] += (r - w) * slopes[i];
                for (int k = 0; k < N; k++)
                    _information[(i * N) + k] += h * slopes[i] * slopes[k];
            }
        }
    }

    /// <summary>The step in (D, S, η, σ); returns gradient · step.</summary>
    private double Step(HillPoint point, HillHeld held, Span<double> step)
    {
        Span<double> g = stackalloc double[N];
        Span<double> h = stackalloc double[N * N];
        _gradient.CopyTo(g);
        _information.CopyTo(h);
        bool tied = held == HillHeld.A;
        if (tied)
            Tie(g, h);
        double ceiling = tied ? 1 - point.A - 1e-15 : 1;
        Span<bool> free =
        [
            held != HillHeld.D && !Blocked(point.D, 0, ceiling, g[0]),
            !tied && !Blocked(point.S, 0, 1, g[1]),
            held != HillHeld.Eta && !Blocked(point.Eta, Range.MinEta, Range.MaxEta, g[2]),
            held != HillHeld.Sigma && !Blocked(point.Sigma, Range.MinSigma, Range.MaxSigma, g[3]),
        ];
        for (double ridge = 0; !SmallSystem.TrySolve(new NormalEquations(h, g), free, ridge, step); ridge = Math.Max(1e-8, ridge * 100))
        {
            if (ridge > 1e6)
            {
                step.Clear();
                return 0;
            }
        }

        double decrement = 0, largest = Math.Max(Math.Abs(step[2]), Math.Abs(step[3]));
        for (int i = 0; i < N; i++)
            decrement += g[i] * step[i];
        if (tied)
            step[1] = step[0];
        for (int i = 0; i < N && largest > 1; i++)
            step[i] /= largest;
        return decrement;
    }

    /// <summary>D and S move together.</summary>
    private static void Tie(Span<double> g, Span<double> h)
    {
        g[0] += g[1];
        g[1] = 0;
        h[0] += h[1] + h[N] + h[N + 1];
        for (int k = 2; k < N; k++)
            h[k] = h[k * N] = h[k] + h[N + k];
    }

    private static bool Blocked(double value, double low, double high, double gradient) =>
        (value <= low && gradient <= 0) || (value >= high && gradient >= 0);

    /// <summary>A start of finite likelihood: not on a bound that the counts forbid.</summary>
    private HillPoint Inside(HillPoint start, HillHeld held)
    {
        if (!double.IsNegativeInfinity(Value(start)))
            return start;
        if (held == HillHeld.A)
        {
            double room = 1 - start.A, d = Math.Clamp(start.D, Math.Min(Margin, room / 2), Math.Max(room - Margin, room / 2));
            return start with { D = d, S = Math.Min(1, d + start.A) };
        }

        double low = held == HillHeld.D ? start.D : Math.Max(start.D, Math.Min(Margin, start.S / 2));
        return start with { D = low, S = Math.Max(low + (Margin / 100), Math.Min(start.S, 1 - Margin)) };
    }
}
