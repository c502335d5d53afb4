namespace Calibration.Fitting;

/// <summary>
/// Maximises the objective of one table: over a grid of rates the curve is linear in D and S (variable projection),
/// which gives a start that no local optimum can mislead; a Newton iteration on the box 0 ≤ D, S ≤ 1 finishes it.
/// Holds its work space: one instance a thread.
/// </summary>
internal sealed class CurveSolver
{
    private const double GridStep = 0.3;
    private const double RateFloor = 1e-3;
    private const double SaturationExponent = 14;

    private readonly double[] _x;
    private readonly double[] _answers;
    private readonly double[] _correct;
    private readonly double[] _weights;
    private readonly double[] _proportions;
    private readonly double[] _decay;
    private readonly double[] _grid;
    private readonly double[][] _gridDecay;
    private readonly bool _likelihood;

    // Gradient and negative Hessian in (D, S, θ) at the last point evaluated; the second one without the residual terms.
    private readonly double[] _gradient = new double[3];
    private readonly double[] _hessian = new double[9];
    private readonly double[] _gaussNewton = new double[9];

    public CurveSolver(double[] x, FitMethod method)
    {
        _x = x;
        _likelihood = method == FitMethod.MaximumLikelihood;
        int m = x.Length;
        (_answers, _correct, _weights, _proportions, _decay) = (new double[m], new double[m], new double[m], new double[m], new double[m]);
        double smallest = x.Where(v => v > 0).DefaultIfEmpty(1).Min();
        MinTheta = Math.Log(RateFloor);
        MaxTheta = Math.Log(SaturationExponent / smallest);
        _grid = [.. Enumerable.Range(0, (int)((MaxTheta - MinTheta) / GridStep) + 2).Select(i => Math.Min(MaxTheta, MinTheta + (i * GridStep)))];
        _gridDecay = [.. _grid.Select(theta => x.Select(v => Math.Exp(-Math.Exp(theta) * v)).ToArray())];
    }

    /// <summary>Smallest log rate searched: the curve is a straight line there.</summary>
    public double MinTheta { get; }

    /// <summary>Largest log rate searched: the curve is at its ceiling from the first positive budget on.</summary>
    public double MaxTheta { get; }

    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>Negative Hessian in (D, S, θ), row by row, at the last solution.</summary>
    public ReadOnlySpan<double> Hessian => _hessian;

    public ReadOnlySpan<double> Weights => _weights;

    public void Load(ReadOnlySpan<double> answers, ReadOnlySpan<double> correct)
    {
        answers.CopyTo(_answers);
        correct.CopyTo(_correct);
        for (int j = 0; j < _x.Length; j++)
        {
            double n = _answers[j];
            double smooth = (_correct[j] + 0.5) / (n + 1);
            _weights[j] = n > 0 ? n / (smooth * (1 - smooth)) : 0;
            _proportions[j] = n > 0 ? _correct[j] / n : 0;
        }
    }

    /// <summary>Global optimum with A ≥ 0.</summary>
    public CurvePoint Solve()
    {
        int best = 0;
        double bestLoss = double.PositiveInfinity;
        (double D, double S) start = default;
        for (int i = 0; i < _grid.Length; i++)
        {
            (double d, double s, double loss) = Project(_gridDecay[i]);
            if (loss < bestLoss)
                (best, bestLoss, start) = (i, loss, (d, s));
        }

        if (start.S - start.D < 1e-6)
            start = (Math.Max(0, start.D - 1e-3), Math.Min(1, start.S + 1e-3));
        CurvePoint point = Polish(new CurvePoint(start.D, start.S, _grid[best], 0), Held.None);
        if (_likelihood)
            return point;

        // Weights of the observed proportions lean towards the lucky ones; those of a first fit do not.
        for (int j = 0; j < _x.Length; j++)
        {
            double n = _answers[j], p = ((n * Probability(point, j)) + 0.5) / (n + 1);
            _weights[j] = n > 0 ? n / (p * (1 - p)) : 0;
        }

        return Polish(point, Held.None);
    }

    /// <summary>Weighted least squares for given decays on the triangle 0 ≤ D ≤ S ≤ 1.</summary>
    private (double D, double S, double Loss) Project(double[] decay)
    {
        double a = 0, b = 0, c = 0, u = 0, v = 0;
        for (int j = 0; j < decay.Length; j++)
        {
            double w = _weights[j], e = decay[j], f = 1 - e, y = _proportions[j];
            a += w * e * e;
            b += w * e * f;
            c += w * f * f;
            u += w * e * y;
            v += w * f * y;
        }

        return Triangle.Minimise(a, b, c, u, v);
    }

    /// <summary>
    /// Newton's method from a start on the box, one quantity held fixed if asked. Variables at a bound that the gradient
    /// pushes outwards are left there; steps are projected on the box and halved until the objective rises.
    /// </summary>
    public CurvePoint Polish(CurvePoint start, Held held, double tolerance = 1e-22)
    {
        CurvePoint point = Inside(start, held);
        point = point with { Objective = Objective(point) };
        Span<double> gradient = stackalloc double[3];
        Span<double> step = stackalloc double[3];
        Span<double> hessian = stackalloc double[9];
        for (int iteration = 0; iteration < 60; iteration++)
        {
            Differentiate(point);
            double decrement = Step(point, held, gradient, hessian, step);
            if (decrement < tolerance)
                return point;
            bool fine = decrement < 1e-9;
            double length = 1;
            int halving = 0;
            for (; halving < 40; halving++, length /= 2)
            {
                CurvePoint next = Move(point, held, step, length);
                double objective = Objective(next);
                // Near the optimum differences of the objective are rounding only: take the step.
                if (objective > point.Objective || (fine && objective > point.Objective - (1e-12 * (1 + Math.Abs(point.Objective)))))
                {
                    point = next with { Objective = objective };
                    break;
                }
            }

            if (halving == 40)
                break;
        }

        Objective(point);
        Differentiate(point);
        return point;
    }

    /// <summary>The other point where it lies within the bounds and its objective is higher, else the first; differentiated there.</summary>
    public CurvePoint Better(CurvePoint first, CurvePoint other)
    {
        bool inside = other.D >= 0 && other.S <= 1 && other.Theta >= MinTheta && other.Theta <= MaxTheta;
        CurvePoint better = inside && Objective(other) is double value && value > first.Objective ? other with { Objective = value } : first;
        Objective(better);
        Differentiate(better);
        return better;
    }

    public double Probability(CurvePoint point, int j)
    {
        double e = Math.Exp(-Math.Exp(point.Theta) * _x[j]);
        return (point.D * e) + (point.S * (1 - e));
    }

    /// <summary>Score of one answer-count cell with respect to its probability: the factor before ∇p.</summary>
    public double CellScore(int j, double p, double answers, double correct)
    {
        if (!_likelihood)
            return _answers[j] > 0 ? _weights[j] * (correct - (answers * p)) / _answers[j] : 0;
        double wrong = answers - correct;
        return (correct > 0 ? correct / p : 0) - (wrong > 0 ? wrong / (1 - p) : 0);
    }

    private double Objective(CurvePoint point)
    {
        if (!(point.S > point.D))
            return double.NegativeInfinity;
        double k = Math.Exp(point.Theta), total = 0;
        for (int j = 0; j < _x.Length; j++)
        {
            double e = Math.Exp(-k * _x[j]);
            _decay[j] = e;
            total += Term(j, (point.D * e) + (point.S * (1 - e)));
        }

        return double.IsNaN(total) ? double.NegativeInfinity : total;
    }

    private double Term(int j, double p)
    {
        if (!_likelihood)
        {
            double r = _proportions[j] - p;
            return -0.5 * _weights[j] * r * r;
        }

        double right = _correct[j], wrong = _answers[j] - right;
        return (right > 0 ? right * Math.Log(p) : 0) + (wrong > 0 ? wrong * Math.Log(1 - p) : 0);
    }

    /// <summary>Gradient and negative Hessian at the point whose decays the last call of Objective left.</summary>
    private void Differentiate(CurvePoint point)
    {
        double k = Math.Exp(point.Theta), a = point.A;
        double gd = 0, gs = 0, gt = 0, dd = 0, ds = 0, ss = 0, dt = 0, st = 0, tt = 0, rt = 0, rtt = 0;
        for (int j = 0; j < _x.Length; j++)
        {
            if (_weights[j] == 0)
                continue;
            double e = _decay[j], f = 1 - e, kx = k * _x[j], slope = kx * e, p = (point.D * e) + (point.S * f), u, h;
            if (_likelihood)
            {
                double right = _correct[j], wrong = _answers[j] - right, q = 1 - p;
                double r1 = right > 0 ? right / p : 0, w1 = wrong > 0 ? wrong / q : 0;
                u = r1 - w1;
                h = (right > 0 ? r1 / p : 0) + (wrong > 0 ? w1 / q : 0);
            }
            else
            {
                u = _weights[j] * (_proportions[j] - p);
                h = _weights[j];
            }

            double t = a * slope;
            gd += u * e;
            gs += u * f;
            gt += u * t;
            dd += h * e * e;
            ds += h * e * f;
            ss += h * f * f;
            dt += h * e * t;
            st += h * f * t;
            tt += h * t * t;
            rt += u * slope;
            rtt += u * t * (1 - kx);
        }

        (_gradient[0], _gradient[1], _gradient[2]) = (gd, gs, gt);
        Fill(_gaussNewton, dd, ds, ss, dt, st, tt);
        Fill(_hessian, dd, ds, ss, dt + rt, st - rt, tt - rtt);
    }

    private static void Fill(double[] h, double dd, double ds, double ss, double dt, double st, double tt)
    {
        (h[0], h[1], h[2]) = (dd, ds, dt);
        (h[3], h[4], h[5]) = (ds, ss, st);
        (h[6], h[7], h[8]) = (dt, st, tt);
    }

    /// <summary>The Newton step in (D, S, θ); returns gradient · step.</summary>
    private double Step(CurvePoint point, Held held, Span<double> gradient, Span<double> hessian, Span<double> step)
    {
        _gradient.CopyTo(gradient);
        bool freeD = held is not Held.D, freeS = held is not Held.S, freeT = held is not Held.Rate;
        bool tied = held == Held.A;
        if (tied)
        {
            // D and S move together.
            gradient[0] += gradient[1];
            gradient[1] = 0;
            freeS = false;
            double high = 1 - point.A;
            freeD = !((point.D <= 0 && gradient[0] <= 0) || (point.D >= high - 1e-15 && gradient[0] >= 0));
        }
        else
        {
            freeD &= !(point.D <= 0 && gradient[0] <= 0) && !(point.D >= 1 && gradient[0] >= 0);
            freeS &= !(point.S >= 1 && gradient[1] >= 0) && !(point.S <= 0 && gradient[1] <= 0);
        }

        freeT &= !(point.Theta >= MaxTheta && gradient[2] >= 0) && !(point.Theta <= MinTheta && gradient[2] <= 0);
        if (!SmallSystem.TrySolve(Reduce(_hessian, tied, hessian), gradient, freeD, freeS, freeT, 0, step))
        {
            Reduce(_gaussNewton, tied, hessian);
            for (double ridge = 1e-10; !SmallSystem.TrySolve(hessian, gradient, freeD, freeS, freeT, ridge, step); ridge *= 100)
            {
                if (ridge > 1e6)
                {
                    step.Clear();
                    return 0;
                }
            }
        }

        double decrement = (gradient[0] * step[0]) + (gradient[1] * step[1]) + (gradient[2] * step[2]);
        if (tied)
            step[1] = step[0];
        // One step changes the rate by at most a factor e².
        double limit = Math.Abs(step[2]) > 2 ? 2 / Math.Abs(step[2]) : 1;
        for (int i = 0; i < 3; i++)
            step[i] *= limit;
        return decrement;
    }

    private static Span<double> Reduce(double[] source, bool tied, Span<double> target)
    {
        source.CopyTo(target);
        if (tied)
        {
            target[0] = source[0] + (2 * source[1]) + source[4];
            target[2] = target[6] = source[2] + source[5];
        }

        return target;
    }

    private CurvePoint Move(CurvePoint point, Held held, ReadOnlySpan<double> step, double length)
    {
        double theta = Math.Clamp(point.Theta + (length * step[2]), MinTheta, MaxTheta);
        if (held == Held.Rate)
            theta = point.Theta;
        if (held == Held.A)
        {
            double a = point.A, d = Math.Clamp(point.D + (length * step[0]), 0, Math.Max(0, 1 - a));
            return new CurvePoint(d, Math.Min(1, d + a), theta, 0);
        }

        return new CurvePoint(
            Math.Clamp(point.D + (length * step[0]), 0, 1), Math.Clamp(point.S + (length * step[1]), 0, 1), theta, 0);
    }

    /// <summary>A start of finite objective: on a bound that the counts forbid the likelihood would be −∞.</summary>
    private CurvePoint Inside(CurvePoint start, Held held)
    {
        if (!_likelihood)
            return start;
        const double margin = 1e-4;
        double d = start.D, s = start.S;
        bool atZero = d < margin, atOne = s > 1 - margin;
        if (atZero && held is not (Held.D or Held.A) && double.IsNegativeInfinity(Objective(start)))
            d = Math.Min(margin, (d + s) / 2);
        if (atOne && held is not (Held.S or Held.A) && double.IsNegativeInfinity(Objective(start with { D = d })))
            s = Math.Max(1 - margin, (d + s) / 2);
        if (held == Held.A && double.IsNegativeInfinity(Objective(start)))
        {
            double room = 1 - start.A;
            d = Math.Clamp(d, Math.Min(margin, room / 2), Math.Max(room - margin, room / 2));
            s = Math.Min(1, d + start.A);
        }

        return start with { D = d, S = s };
    }
}
