namespace Calibration.Optimizer.Branching;

/// <summary>
/// Newton's steps on J from a given allocation, within intervals, for tasks with curves; the others stay where they are. J depends on the
/// others through m1 and m2 only, so its Hessian is a diagonal plus a matrix of rank two. It finds a nearby maximum and proves nothing.
/// </summary>
internal sealed class LocalAscent(BranchProblem problem)
{
    private const int StepLimit = 60;
    private const int Halvings = 30;

    private readonly double[] _gradient = new double[problem.Count];
    private readonly double[] _inverse = new double[problem.Count];
    private readonly double[] _first = new double[problem.Count];
    private readonly double[] _second = new double[problem.Count];
    private readonly double[] _trial = new double[problem.Count];

    /// <summary>Climbs from a point, which it changes; returns J there.</summary>
    internal double Run(double[] point, double[] low, double[] high)
    {
        double value = problem.ValueAt(point);
        for (int step = 0; step < StepLimit && value > double.NegativeInfinity; step++)
        {
            if (!Prepare(point, low, high) || Search(point, low, high, value) is not { } better)
                return value;
            value = better;
        }

        return value;
    }

    private bool Prepare(double[] point, double[] low, double[] high)
    {
        (double first, double second, _) = problem.MomentsAt(point);
        ServerTimes at = problem.Time.At(first);
        double p1 = at.InService.First + (at.PerSquare.First * second), p2 = at.PerSquare.Value;
        bool any = false;
        for (int k = 0; k < point.Length; k++)
        {
            (_gradient[k], _inverse[k], _first[k], _second[k]) = (0, 0, 0, 0);
            if (problem.Tasks[k] is not CurveTask task)
                continue;
            (double slope, double curvature, double above) = task.LocalAt(point[k]);
            double perToken = above * task.SecondsPerToken, perFirst = task.SecondPerFirst(point[k]);
            double gradient = task.Share * ((problem.Alpha * slope) - (perToken * (p1 + (p2 * perFirst))));
            if (!double.IsFinite(gradient) || (point[k] <= low[k] && gradient <= 0) || (point[k] >= high[k] && gradient >= 0))
                continue;
            double bend = task.Share * ((-problem.Alpha * curvature) + (p2 * above * task.SecondCurvature));
            (_gradient[k], _first[k], _second[k]) = (gradient, task.Share * perToken, task.Share * perToken * perFirst);
            _inverse[k] = bend != 0 ? 1 / Math.Abs(bend) : 0;
            any |= gradient != 0;
        }

        if (any)
            Couple(at.InService.Second + (at.PerSquare.Second * second), at.PerSquare.First);
        return any;
    }

    /// <summary>
    /// Turns the gradient into Newton's direction by Woodbury on (u, v) = (∂m1, ∂m2); where that does not rise, it stays scaled by the
    /// diagonal.
    /// </summary>
    private void Couple(double square, double cross)
    {
        double uu = 0, uv = 0, vv = 0, ug = 0, vg = 0;
        for (int k = 0; k < _gradient.Length; k++)
        {
            double scaled = _inverse[k] * _first[k];
            uu += _first[k] * scaled;
            uv += _second[k] * scaled;
            vv += _second[k] * _second[k] * _inverse[k];
            ug += _gradient[k] * scaled;
            vg += _gradient[k] * _second[k] * _inverse[k];
        }

        double a11 = 1 + (uu * square) + (uv * cross), a12 = uu * cross, a21 = (uv * square) + (vv * cross), a22 = 1 + (uv * cross);
        double determinant = (a11 * a22) - (a12 * a21);
        double p = ((ug * a22) - (a12 * vg)) / determinant, q = ((a11 * vg) - (a21 * ug)) / determinant;
        double rise = 0;
        for (int k = 0; k < _gradient.Length; k++)
            rise += _gradient[k] * _inverse[k] * (_gradient[k] - (_first[k] * ((square * p) + (cross * q))) - (_second[k] * cross * p));
        bool newton = rise > 0 && determinant > 0;
        for (int k = 0; k < _gradient.Length; k++)
        {
            double step = newton ? _gradient[k] - (_first[k] * ((square * p) + (cross * q))) - (_second[k] * cross * p) : _gradient[k];
            _gradient[k] = _inverse[k] * step;
        }
    }

    private double? Search(double[] point, double[] low, double[] high, double value)
    {
        double length = 1;
        for (int halving = 0; halving < Halvings; halving++, length /= 2)
        {
            for (int k = 0; k < point.Length; k++)
                _trial[k] = _gradient[k] == 0 ? point[k] : Math.Clamp(point[k] + (length * _gradient[k]), low[k], high[k]);
            double there = problem.ValueAt(_trial);
            if (there > value)
            {
                _trial.CopyTo(point, 0);
                return there;
            }
        }

        return null;
    }
}
