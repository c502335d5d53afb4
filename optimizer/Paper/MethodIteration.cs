using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer.Paper;

/// <summary>Where one of the paper's iterations stands; it never holds a point outside the stability region but the start.</summary>
internal sealed class MethodIteration
{
    private readonly Workload _workload;
    private double[] _gains;
    private double[] _trialGains;

    internal MethodIteration(Workload workload, ReadOnlySpan<double> start)
    {
        if (!start.IsEmpty && start.Length != workload.Tasks.Length)
            throw new ArgumentException($"{start.Length} budgets were given for {workload.Tasks.Length} tasks.", nameof(start));
        this._workload = workload;
        Model = new ObjectiveModel(workload);
        Budgets = new double[Model.Count];
        for (int k = 0; k < start.Length; k++)
            Budgets[k] = Math.Clamp(start[k], 0, Model.MaxBudget[k]);
        (_gains, _trialGains) = (new double[Model.Count], new double[Model.Count]);
        Moments = Model.MomentsAt(Budgets, _gains);
    }

    internal ObjectiveModel Model { get; }

    internal double[] Budgets { get; }

    internal Moments Moments { get; private set; }

    internal double KktResidual => Certificate.KktResidual(Model, Budgets, _gains, Moments);

    internal double GradientAt(int k) => _gains[k] - Model.PriceAt(k, Budgets[k], Moments);

    /// <summary>Moves there; false, and stays, where the queue would not be stable.</summary>
    internal bool MoveTo(double[] next)
    {
        Moments reached = Model.MomentsAt(next, _trialGains);
        if (!(reached.Slack > 0))
            return false;
        next.CopyTo(Budgets, 0);
        (_gains, _trialGains) = (_trialGains, _gains);
        Moments = reached;
        return true;
    }

    internal MethodResult Result(int iterations, bool held, string condition, SolverEnding ending) =>
        new([.. Budgets], _workload.At(Budgets), KktResidual, iterations, held, condition, ending);

    /// <summary>The result of a start from which there is no first step.</summary>
    internal MethodResult Unstable(bool held, string condition)
    {
        bool feasible = _workload.At(new double[Model.Count]).IsStable;
        return new(
            [.. Budgets],
            _workload.At(Budgets),
            double.PositiveInfinity,
            0,
            held,
            condition,
            feasible ? SolverEnding.LeftStabilityRegion : SolverEnding.Infeasible);
    }
}
