using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Maximises the objective of one table: over a grid of rates the curve is linear in D and S (variable projection),
/// which gives a start that no local optimum can mislead; a Newton iteration on the box 0 ≤ D, S ≤ 1 finishes it.
/// Holds its work space: one instance per thread.
/// </summary>
internal sealed class CurveSolver
{
    private const double GridStep = 0.3;
    private const double RateFloor = 1e-3;
    private const double SaturationExponent = 14;

    private readonly CurveObjective _objective;
    private readonly double[] _grid;
    private readonly double[][] _gridDecay;

    public CurveSolver(double[] x, FitMethod method)
    {
        _objective = new CurveObjective(x, method);
        double smallest = x.Where(v => v > 0).DefaultIfEmpty(1).Min();
        MinTheta = Math.Log(RateFloor);
        MaxTheta = Math.Log(SaturationExponent / smallest);
        _grid =
        [
            .. Enumerable.Range(0, (int)((MaxTheta - MinTheta) / GridStep) + 2).Select(i => Math.Min(MaxTheta, MinTheta + (i * GridStep))),
        ];
        _gridDecay = [.. _grid.Select(theta => x.Select(v => Math.Exp(-Math.Exp(theta) * v)).ToArray())];
    }

    /// <summary>Smallest log rate searched: the curve is a straight line there.</summary>
    public double MinTheta { get; }

    /// <summary>Largest log rate searched: the curve is at its ceiling from the first positive budget on.</summary>
    public double MaxTheta { get; }

    /// <summary>The loaded objective, differentiated at the last solution.</summary>
    public CurveObjective Objective => _objective;

    public void Load(ReadOnlySpan<double> answers, ReadOnlySpan<double> correct) => _objective.Load(answers, correct);

    public double Probability(CurvePoint point, int j) => _objective.Probability(point, j);

    /// <summary>Global optimum with A ≥ 0.</summary>
    public CurvePoint Solve()
    {
        int best = 0;
        double bestLoss = double.PositiveInfinity;
        (double D, double S) start = default;
        for (int i = 0; i < _grid.Length; i++)
        {
            (double d, double s, double loss) = _objective.Project(_gridDecay[i]);
            if (loss < bestLoss)
                (best, bestLoss, start) = (i, loss, (d, s));
        }

        if (start.S - start.D < 1e-6)
            start = (Math.Max(0, start.D - 1e-3), Math.Min(1, start.S + 1e-3));
        CurvePoint point = Polish(new CurvePoint(start.D, start.S, _grid[best], 0), Held.None);
        if (_objective.IsLikelihood)
            return point;
        _objective.Reweight(point);
        return Polish(point, Held.None);
    }

    /// <summary>
    /// Newton's method from a start on the box, one quantity held fixed if asked. Variables at a bound that the gradient
    /// pushes outwards are left there; steps are projected on the box and halved until the objective rises.
    /// </summary>
    public CurvePoint Polish(CurvePoint start, Held held, double tolerance = 1e-22)
    {
        CurvePoint point = Inside(start, held);
        point = point with { Objective = _objective.Value(point), Converged = false };
        Span<double> step = stackalloc double[3];
        for (int iteration = 0; iteration < 60; iteration++)
        {
            _objective.Differentiate(point);
            double decrement = Step(point, held, step);
            if (decrement < tolerance)
                return point with { Converged = true };
            bool fine = decrement < 1e-9;
            double length = 1;
            int halving = 0;
            for (; halving < 40; halving++, length /= 2)
            {
                CurvePoint next = Move(point, held, step, length);
                double objective = _objective.Value(next);
                // Near the optimum differences of the objective are rounding only: take the step.
                if (objective > point.Objective || (fine && objective > point.Objective - (1e-12 * (1 + Math.Abs(point.Objective)))))
                {
                    point = next with { Objective = objective };
                    break;
                }
            }

            if (halving == 40)
            {
                // No step raises the objective: it is at its maximum but for rounding.
                point = point with { Converged = decrement < 1e-6 };
                break;
            }
        }

        _objective.Value(point);
        _objective.Differentiate(point);
        return point;
    }

    /// <summary>
    /// The other point where it lies within the bounds and its objective is higher, else the first; differentiated there.
    /// </summary>
    public CurvePoint Better(CurvePoint first, CurvePoint other)
    {
        bool inside = other.D >= 0 && other.S <= 1 && other.Theta >= MinTheta && other.Theta <= MaxTheta;
        CurvePoint better = inside && _objective.Value(other) is double value && value > first.Objective
            ? other with { Objective = value, Converged = first.Converged }
            : first;
        _objective.Value(better);
        _objective.Differentiate(better);
        return better;
    }

    /// <summary>The Newton step in (D, S, θ); returns gradient · step.</summary>
    private double Step(CurvePoint point, Held held, Span<double> step)
    {
        Span<double> gradient = stackalloc double[3];
        Span<double> hessian = stackalloc double[9];
        _objective.Gradient.CopyTo(gradient);
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
        Span<bool> free = [freeD, freeS, freeT];
        if (!SmallSystem.TrySolve(new NormalEquations(Reduce(_objective.Hessian, tied, hessian), gradient), free, 0, step))
        {
            Reduce(_objective.GaussNewton, tied, hessian);
            var damped = new NormalEquations(hessian, gradient);
            for (double ridge = 1e-10; !SmallSystem.TrySolve(damped, free, ridge, step); ridge *= 100)
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

    private static Span<double> Reduce(ReadOnlySpan<double> source, bool tied, Span<double> target)
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
        if (!_objective.IsLikelihood)
            return start;
        const double margin = 1e-4;
        double d = start.D, s = start.S;
        bool atZero = d < margin, atOne = s > 1 - margin;
        if (atZero && held is not (Held.D or Held.A) && double.IsNegativeInfinity(_objective.Value(start)))
            d = Math.Min(margin, (d + s) / 2);
        if (atOne && held is not (Held.S or Held.A) && double.IsNegativeInfinity(_objective.Value(start with { D = d })))
            s = Math.Max(1 - margin, (d + s) / 2);
        if (held == Held.A && double.IsNegativeInfinity(_objective.Value(start)))
        {
            double room = 1 - start.A;
            d = Math.Clamp(d, Math.Min(margin, room / 2), Math.Max(room - margin, room / 2));
            s = Math.Min(1, d + start.A);
        }

        return start with { D = d, S = s };
    }
}
