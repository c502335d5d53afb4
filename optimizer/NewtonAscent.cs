namespace Calibration.Optimizer;

/// <summary>
/// Projected Newton steps on −J within a box (Bertsekas, SIAM J. Control Optim. 20, 1982): tasks that a bound holds back
/// stay there, the others move by Newton's step of their own reduced Hessian, cut at the box and halved until −J falls
/// and the queue is stable. Where that fails, the step is the gradient's, scaled by the diagonal. No step allocates.
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

    private readonly ReducedHessian hessian = new(model);
    private readonly bool[] free = new bool[model.Count];
    private readonly bool[] newton = new bool[model.Count];
    private readonly double[] gradient = new double[model.Count];
    private readonly double[] direction = new double[model.Count];
    private double[] gains = new double[model.Count];
    private double[] trialGains = new double[model.Count];
    private double[] point = new double[model.Count];
    private double[] trial = new double[model.Count];

    internal Moments Moments { get; private set; }

    internal double Residual { get; private set; }

    /// <summary>Gains at the solution, valid until the next run.</summary>
    internal double[] Gains => gains;

    /// <summary>Which tasks no bound held back at the solution, valid until the next run.</summary>
    internal bool[] Free => free;

    /// <summary>Climbs from <paramref name="budgets"/>, stable and inside the box, and leaves the solution there.</summary>
    /// <returns>Steps taken.</returns>
    internal int Run(double[] budgets, double[] low, double[] high)
    {
        budgets.CopyTo(point, 0);
        Moments = model.MomentsAt(point, gains);
        Residual = Certificate.KktResidual(model, low, high, point, gains, Moments);
        int steps = 0;
        while (steps < StepLimit && Residual > Tolerance && Step(low, high))
            steps++;
        FindFree(low, high);
        point.CopyTo(budgets, 0);
        return steps;
    }

    private bool Step(double[] low, double[] high)
    {
        FindFree(low, high);
        FindDirection(low, high);
        if (Search(low, high))
            return true;
        free.CopyTo(newton, 0);
        hessian.Load(point, gains, newton, Moments);
        for (int k = 0; k < direction.Length; k++)
            direction[k] = gradient[k] * hessian.InverseDiagonal[k];
        return Search(low, high);
    }

    /// <summary>
    /// Newton's step of the free tasks. One that it carries through a bound which the gradient pushes it to as well goes to
    /// that bound alone, and the others' step is taken without it: cutting it off would spoil their common step.
    /// </summary>
    private void FindDirection(double[] low, double[] high)
    {
        free.CopyTo(newton, 0);
        bool dropped = true;
        for (int pass = 0; pass < Passes && dropped; pass++)
        {
            dropped = false;
            hessian.Load(point, gains, newton, Moments);
            hessian.Solve(gradient, direction);
            for (int k = 0; k < direction.Length; k++)
            {
                double reached = point[k] - direction[k];
                bool through = newton[k] && ((gradient[k] > 0 && reached < low[k]) || (gradient[k] < 0 && reached > high[k]));
                dropped |= through;
                newton[k] &= !through;
            }
        }

        for (int k = 0; k < direction.Length; k++)
        {
            if (free[k] && !newton[k])
                direction[k] = point[k] - (gradient[k] > 0 ? low[k] : high[k]);
        }
    }

    private void FindFree(double[] low, double[] high)
    {
        for (int k = 0; k < point.Length; k++)
        {
            gradient[k] = model.PriceAt(k, point[k], Moments) - gains[k];
            free[k] = !(point[k] <= low[k] && gradient[k] >= 0) && !(point[k] >= high[k] && gradient[k] <= 0);
        }
    }

    private bool Search(double[] low, double[] high)
    {
        double length = 1;
        int unresolved = 0;
        for (int halving = 0; halving < Halvings; halving++, length /= 2)
        {
            double expected = 0;
            for (int k = 0; k < point.Length; k++)
            {
                trial[k] = free[k] ? Math.Clamp(point[k] - (length * direction[k]), low[k], high[k]) : point[k];
                expected += gradient[k] * (point[k] - trial[k]);
            }

            Moments reached = model.MomentsAt(trial, trialGains);
            if (!(reached.Slack > 0))
                continue;

            // Close to the optimum −J no longer resolves the gain; there a smaller KKT residual decides.
            bool resolved = Math.Abs(SufficientDecrease * expected) > Resolution * Moments.Size;
            if (resolved && !(expected > 0 && reached.Loss <= Moments.Loss - (SufficientDecrease * expected)))
                continue;
            double residual = Certificate.KktResidual(model, low, high, trial, trialGains, reached);
            if (!resolved && !(residual < Residual && reached.Loss <= Moments.Loss + (10 * Resolution * Moments.Size)))
            {
                if (++unresolved == UnresolvedTrials)
                    return false;
                continue;
            }

            (point, trial, gains, trialGains) = (trial, point, trialGains, gains);
            (Moments, Residual) = (reached, residual);
            return true;
        }

        return false;
    }
}
