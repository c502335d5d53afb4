using Calibration.Fitting;

namespace Calibration.Optimizer.Branching;

/// <summary>A smooth accuracy shape with its second derivative, and where that changes its sign.</summary>
internal abstract class GainCurve
{
    internal abstract double At(double tokens);

    internal abstract double SlopeAt(double tokens);

    internal abstract double CurvatureAt(double tokens);

    /// <summary>Budgets between which the curve is either concave or convex, ascending.</summary>
    internal abstract IReadOnlyList<double> Breaks { get; }

    /// <summary>Whether the curve is convex between the two breaks that surround a budget.</summary>
    internal abstract bool IsConvexAt(double tokens);

    internal static GainCurve Of(AccuracyShape shape) => shape switch
    {
        ExponentialAccuracy curve => new ExponentialGain(curve),
        HillAccuracy curve => new HillGain(curve),
        InterpolatedAccuracy curve => new InterpolatedGain(curve),
        _ => throw new ArgumentException($"The shape {shape.Name} is not a curve."),
    };
}

/// <summary>A(1 − e^(−bℓ)) + D: concave everywhere.</summary>
internal sealed class ExponentialGain(ExponentialAccuracy curve) : GainCurve
{
    internal override IReadOnlyList<double> Breaks => [];

    internal override double At(double tokens) => curve.At(tokens);

    internal override double SlopeAt(double tokens) => curve.SlopeAt(tokens);

    internal override double CurvatureAt(double tokens) => -curve.B * curve.SlopeAt(tokens);

    internal override bool IsConvexAt(double tokens) => false;
}

/// <summary>D + A/(1 + q) with q = (h/ℓ)^s: convex up to h((s − 1)/(s + 1))^(1/s) where s > 1, concave beyond.</summary>
internal sealed class HillGain(HillAccuracy curve) : GainCurve
{
    private readonly double _inflexion = curve.S > 1 ? curve.H * Math.Pow((curve.S - 1) / (curve.S + 1), 1 / curve.S) : 0;

    internal override IReadOnlyList<double> Breaks => _inflexion > 0 ? [_inflexion] : [];

    internal override double At(double tokens) => curve.At(tokens);

    internal override double SlopeAt(double tokens) => curve.SlopeAt(tokens);

    /// <summary>p″ = p′/ℓ · ((s − 1)q − (s + 1))/(1 + q).</summary>
    internal override double CurvatureAt(double tokens)
    {
        if (tokens <= 0)
            return curve.S > 1 ? 0 : double.NegativeInfinity;
        double q = Math.Pow(curve.H / tokens, curve.S);
        return double.IsInfinity(q) ? 0 : curve.SlopeAt(tokens) / tokens * (((curve.S - 1) * q) - (curve.S + 1)) / (1 + q);
    }

    internal override bool IsConvexAt(double tokens) => tokens < _inflexion;
}

/// <summary>
/// Cubics in x = log(1 + ℓ). With P the cubic, d²p/dℓ² = (P″ − P′)/(1 + ℓ)², so its sign changes at most twice between two points.
/// </summary>
internal sealed class InterpolatedGain : GainCurve
{
    private readonly InterpolatedAccuracy _shape;
    private readonly double[] _x;
    private readonly double[] _slope;
    private readonly double[] _square;
    private readonly double[] _cube;
    private readonly double[] _breaks;

    internal InterpolatedGain(InterpolatedAccuracy shape)
    {
        _shape = shape;
        int n = shape.Points.Length;
        _x = [.. shape.Points.Select(point => Math.Log(1 + point.BudgetTokens))];
        (_slope, _square, _cube) = (new double[n], new double[n], new double[n]);
        var breaks = new List<double>();
        for (int i = 0; i + 1 < n; i++)
        {
            double width = _x[i + 1] - _x[i], chord = (shape.Points[i + 1].Accuracy - shape.Points[i].Accuracy) / width;
            double left = SlopeInX(i), right = SlopeInX(i + 1);
            (_slope[i], _square[i], _cube[i]) =
                (left, ((3 * chord) - (2 * left) - right) / width, (left + right - (2 * chord)) / (width * width));
            breaks.Add(shape.Points[i].BudgetTokens);
            breaks.AddRange(Roots(i).Where(t => t > 0 && t < width).Select(t => Math.Exp(_x[i] + t) - 1).Order());
        }

        _breaks = [.. breaks.Append(shape.LargestBudget)];
    }

    internal override IReadOnlyList<double> Breaks => _breaks;

    internal override double At(double tokens)
    {
        if (_x.Length == 1)
            return _shape.Points[0].Accuracy;
        (int i, double t) = Place(tokens);
        return _shape.Points[i].Accuracy + (t * (_slope[i] + (t * (_square[i] + (t * _cube[i])))));
    }

    internal override double SlopeAt(double tokens)
    {
        if (_x.Length == 1)
            return 0;
        (int i, double t) = Place(tokens);
        return First(i, t) / (1 + tokens);
    }

    internal override double CurvatureAt(double tokens)
    {
        if (_x.Length == 1)
            return 0;
        (int i, double t) = Place(tokens);
        return (Second(i, t) - First(i, t)) / ((1 + tokens) * (1 + tokens));
    }

    internal override bool IsConvexAt(double tokens) => CurvatureAt(tokens) > 0;

    private double SlopeInX(int i) => _shape.SlopeAt(_shape.Points[i].BudgetTokens) * (1 + _shape.Points[i].BudgetTokens);

    private double First(int i, double t) => _slope[i] + (t * ((2 * _square[i]) + (3 * _cube[i] * t)));

    private double Second(int i, double t) => (2 * _square[i]) + (6 * _cube[i] * t);

    private (int Interval, double Beyond) Place(double tokens)
    {
        double x = Math.Log(1 + tokens);
        int i = 0;
        while (i < _x.Length - 2 && _shape.Points[i + 1].BudgetTokens <= tokens)
            i++;
        return (i, x - _x[i]);
    }

    /// <summary>Where P″ = P′ in one interval: −3c₃t² + (6c₃ − 2c₂)t + 2c₂ − c₁ = 0.</summary>
    private IEnumerable<double> Roots(int i)
    {
        double a = -3 * _cube[i], b = (6 * _cube[i]) - (2 * _square[i]), c = (2 * _square[i]) - _slope[i];
        double under = (b * b) - (4 * a * c);
        if (under < 0)
            return [];
        double q = -0.5 * (b + Math.CopySign(Math.Sqrt(under), b));
        return q == 0 ? [0] : a == 0 ? [c / q] : [q / a, c / q];
    }
}
