namespace Calibration.Optimizer.Solving;

/// <summary>
/// Projected Newton steps on −J within the box from no thinking to the largest budgets (Bertsekas, SIAM J. Control Optim. 20, 1982):
/// tasks that a bound holds back stay there, the others move by Newton's step of their own reduced Hessian, cut at the box and halved
/// until −J falls and the queue is stable. Where that fails, the step is the gradient's, scaled by the diagonal. No step allocates.
/// </summary>
internal sealed class NewtonAscent(ObjectiveModel model)
{
    private const int StepLimit = 500;
    private const int Halvings = 40;
    private const int UnresolvedTrials = 3;
    private const int Passes = 4;
    private const double Tolerance = 1e-13;
    private const double SufficientDecrease = 1e-4;

    /// <summary>Relative to the terms of J: differences below it are rounding.</summary>
    private const double Resolution = 1e-14;

    private readonly ReducedHessian _hessian = new(model);
    private readonly bool[] _free = new bool[model.Count];
    private readonly bool[] _newton = new bool[model.Count];
    private readonly double[] _gradient = new double[model.Count];
    private readonly double[] _direction = new double[model.Count];
    private double[] _gains = new double[model.Count];
    private double[] _trialGains = new double[model.Count];
    private double[] _point = new double[model.Count];
    private double[] _trial = new double[model.Count];

    internal Moments Moments { get; private set; }

    internal double Residual { get; private set; }

    /// <summary>Gains at the solution, valid until the next run.</summary>
    internal double[] Gains => _gains;

    /// <summary>Which tasks were at no bound at the solution; valid until the next run.</summary>
    internal bool[] Free => _free;

    /// <summary>Climbs from <paramref name="budgets"/>, stable and inside the box, and leaves the solution there.</summary>
    /// <returns>Steps taken.</returns>
    internal int Run(double[] budgets)
    {
        budgets.CopyTo(_point, 0);
        Moments = model.MomentsAt(_point, _gains);
        Residual = Certificate.KktResidual(model, _point, _gains, Moments);
        int steps = 0;
        while (steps < StepLimit && Residual > Tolerance && Step())
            steps++;
        FindFree();
        _point.CopyTo(budgets, 0);
        return steps;
    }

    private bool Step()
    {
        FindFree();
        FindDirection();
        if (Search())
            return true;
        _free.CopyTo(_newton, 0);
        _hessian.Load(_point, _gains, _newton, Moments);
        for (int k = 0; k < _direction.Length; k++)
            _direction[k] = _gradient[k] * _hessian.InverseDiagonal[k];
        return Search();
    }

    /// <summary>
    /// Newton's step of the free tasks. One that it carries through a bound which the gradient pushes it to as well goes to
    /// that bound alone, and the others' step is taken without it: cutting it off would spoil their common step.
    /// </summary>
    private void FindDirection()
    {
        _free.CopyTo(_newton, 0);
        bool dropped = true;
        for (int pass = 0; pass < Passes && dropped; pass++)
        {
            dropped = false;
            _hessian.Load(_point, _gains, _newton, Moments);
            _hessian.Solve(_gradient, _direction);
            for (int k = 0; k < _direction.Length; k++)
            {
                double reached = _point[k] - _direction[k];
                bool through = _newton[k] && ((_gradient[k] > 0 && reached < 0) || (_gradient[k] < 0 && reached > model.MaxBudget[k]));
                dropped |= through;
                _newton[k] &= !through;
            }
        }

        for (int k = 0; k < _direction.Length; k++)
        {
            if (_free[k] && !_newton[k])
                _direction[k] = _point[k] - (_gradient[k] > 0 ? 0 : model.MaxBudget[k]);
        }
    }

    private void FindFree()
    {
        for (int k = 0; k < _point.Length; k++)
        {
            _gradient[k] = model.PriceAt(k, _point[k], Moments) - _gains[k];
            _free[k] = !(_point[k] <= 0 && _gradient[k] >= 0) && !(_point[k] >= model.MaxBudget[k] && _gradient[k] <= 0);
        }
    }

    private bool Search()
    {
        double length = 1;
        int unresolved = 0;
        for (int halving = 0; halving < Halvings; halving++, length /= 2)
        {
            double expected = 0;
            for (int k = 0; k < _point.Length; k++)
            {
                _trial[k] = _free[k] ? Math.Clamp(_point[k] - (length * _direction[k]), 0, model.MaxBudget[k]) : _point[k];
                expected += _gradient[k] * (_point[k] - _trial[k]);
            }

            Moments reached = model.MomentsAt(_trial, _trialGains);
            if (!(reached.Slack > 0))
                continue;

            // Close to the optimum −J no longer resolves the gain; there a smaller KKT residual decides.
            bool resolved = Math.Abs(SufficientDecrease * expected) > Resolution * Moments.Size;
            if (resolved && !(expected > 0 && reached.Loss <= Moments.Loss - (SufficientDecrease * expected)))
                continue;
            double residual = Certificate.KktResidual(model, _trial, _trialGains, reached);
            if (!resolved && !(residual < Residual && reached.Loss <= Moments.Loss + (10 * Resolution * Moments.Size)))
            {
                if (++unresolved == UnresolvedTrials)
                    return false;
                continue;
            }

            (_point, _trial, _gains, _trialGains) = (_trial, _point, _trialGains, _gains);
            (Moments, Residual) = (reached, residual);
            return true;
        }

        return false;
    }
}
