using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// What a fit maximises, and its derivatives in (D, S, θ): the binomial log-likelihood Σ y log p + (n − y) log(1 − p), or
/// −½ Σ w (y/n − p)², of p = D e^(−kx) + S (1 − e^(−kx)) with k = e^θ.
/// </summary>
internal sealed class CurveObjective
{
    private readonly double[] _x;
    private readonly double[] _answers;
    private readonly double[] _correct;
    private readonly double[] _weights;
    private readonly double[] _proportions;
    private readonly double[] _decay;
    private readonly double[] _gradient = new double[3];
    private readonly double[] _hessian = new double[9];
    private readonly double[] _gaussNewton = new double[9];

    private readonly bool _isUnweighted;

    public CurveObjective(double[] x, FitMethod method)
    {
        _x = x;
        _isUnweighted = method == FitMethod.LeastSquares;
        IsLikelihood = method == FitMethod.MaximumLikelihood;
        int m = x.Length;
        (_answers, _correct, _weights, _proportions, _decay) = (new double[m], new double[m], new double[m], new double[m], new double[m]);
    }

    public bool IsLikelihood { get; }

    public ReadOnlySpan<double> Weights => _weights;

    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>Negative Hessian in (D, S, θ), row by row, where Differentiate was called last.</summary>
    public ReadOnlySpan<double> Hessian => _hessian;

    /// <summary>The same without the residuals' terms: never indefinite.</summary>
    public ReadOnlySpan<double> GaussNewton => _gaussNewton;

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

        if (_isUnweighted)
            WeighEqually();
    }

    /// <summary>Least-squares weights from a fit: those of the observed proportions lean towards the lucky ones.</summary>
    public void Reweight(CurvePoint point)
    {
        if (_isUnweighted)
            return;
        for (int j = 0; j < _x.Length; j++)
        {
            double n = _answers[j], p = ((n * Probability(point, j)) + 0.5) / (n + 1);
            _weights[j] = n > 0 ? n / (p * (1 - p)) : 0;
        }
    }

    /// <summary>
    /// One weight for all budgets with answers: the mean of their binomial precisions, so that the objective keeps a likelihood's scale.
    /// </summary>
    private void WeighEqually()
    {
        int answered = 0;
        double sum = 0;
        foreach (double weight in _weights)
        {
            answered += weight > 0 ? 1 : 0;
            sum += weight;
        }

        for (int j = 0; j < _weights.Length; j++)
            _weights[j] = _weights[j] > 0 ? sum / answered : 0;
    }

    /// <summary>Weighted least squares for given decays on the triangle 0 ≤ D ≤ S ≤ 1.</summary>
    public (double D, double S, double Loss) Project(double[] decay)
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

        return Triangle.Minimise(new PlaneForm(a, b, c, u, v));
    }

    public double Probability(CurvePoint point, int j)
    {
        double e = Math.Exp(-Math.Exp(point.Theta) * _x[j]);
        return (point.D * e) + (point.S * (1 - e));
    }

    /// <summary>Score of one answer-count cell with respect to its probability: the factor before ∇p.</summary>
    public double CellScore(int j, double p, double answers, double correct)
    {
        if (!IsLikelihood)
            return _answers[j] > 0 ? _weights[j] * (correct - (answers * p)) / _answers[j] : 0;
        double wrong = answers - correct;
        return (correct > 0 ? correct / p : 0) - (wrong > 0 ? wrong / (1 - p) : 0);
    }

    /// <summary>The objective; −∞ where A is not positive or the counts are impossible.</summary>
    public double Value(CurvePoint point)
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
        if (!IsLikelihood)
        {
            double r = _proportions[j] - p;
            return -0.5 * _weights[j] * r * r;
        }

        double right = _correct[j], wrong = _answers[j] - right;
        return (right > 0 ? right * Math.Log(p) : 0) + (wrong > 0 ? wrong * Math.Log(1 - p) : 0);
    }

    /// <summary>Gradient and negative Hessian at the point whose decays the last call of Value left.</summary>
    public void Differentiate(CurvePoint point)
    {
        double k = Math.Exp(point.Theta), a = point.A;
        double gd = 0, gs = 0, gt = 0, dd = 0, ds = 0, ss = 0, dt = 0, st = 0, tt = 0, rt = 0, rtt = 0;
        for (int j = 0; j < _x.Length; j++)
        {
            if (_weights[j] == 0)
                continue;
            double e = _decay[j], f = 1 - e, kx = k * _x[j], slope = kx * e, p = (point.D * e) + (point.S * f), u, h;
            if (IsLikelihood)
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
        Fill(_gaussNewton, (dd, ds, ss), (dt, st, tt));
        Fill(_hessian, (dd, ds, ss), (dt + rt, st - rt, tt - rtt));
    }

    /// <summary>A symmetric matrix from its part in (D, S) and its row of θ.</summary>
    private static void Fill(double[] h, (double DD, double DS, double SS) linear, (double D, double S, double Theta) rate)
    {
        (h[0], h[1], h[2]) = (linear.DD, linear.DS, rate.D);
        (h[3], h[4], h[5]) = (linear.DS, linear.SS, rate.S);
        (h[6], h[7], h[8]) = (rate.D, rate.S, rate.Theta);
    }
}
