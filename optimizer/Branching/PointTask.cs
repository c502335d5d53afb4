using Calibration.Fitting;

namespace Calibration.Optimizer.Branching;

/// <summary>A task of which only listed budgets may be chosen.</summary>
internal sealed class PointTask : TaskTerms
{
    private readonly double[] _budgets;
    private readonly Terms[] _terms;

    internal PointTask(TaskModel task, PointAccuracy points)
    {
        _budgets = [.. points.Points.Select(point => point.BudgetTokens).Where(budget => budget <= task.MaxBudgetTokens)];
        _terms =
        [
            .. _budgets.Select(
                budget => task.ServiceAt(budget) is var (mean, square) ? new Terms(points.At(budget), mean, square) : default),
        ];
    }

    internal override double Low => _budgets[0];

    internal override double High => _budgets[^1];

    internal override bool IsReal => false;

    internal override bool IsCurve => false;

    internal override Terms At(double budget) => _terms[Array.BinarySearch(_budgets, budget)];

    internal override Pick Best(in Prices prices, double low, double high)
    {
        var best = new Pick(low, double.NegativeInfinity, double.NegativeInfinity);
        for (int i = First(low); i < _budgets.Length && _budgets[i] <= high; i++)
        {
            double value = prices.ValueOf(_terms[i]);
            if (value > best.Value)
                best = new Pick(_budgets[i], value, value);
        }

        return best;
    }

    internal override (Terms Least, Terms Most) RangeOver(double low, double high)
    {
        Terms least = new(1, double.PositiveInfinity, double.PositiveInfinity), most = default;
        for (int i = First(low); i < _budgets.Length && _budgets[i] <= high; i++)
        {
            Terms at = _terms[i];
            least = new Terms(Math.Min(least.Accuracy, at.Accuracy), Math.Min(least.First, at.First), Math.Min(least.Second, at.Second));
            most = new Terms(Math.Max(most.Accuracy, at.Accuracy), Math.Max(most.First, at.First), Math.Max(most.Second, at.Second));
        }

        return (least, most);
    }

    internal override (double LeftHigh, double RightLow)? Divide(double low, double high, double near)
    {
        int first = First(low), last = first;
        while (last + 1 < _budgets.Length && _budgets[last + 1] <= high)
            last++;
        if (first >= last)
            return null;
        int left = first;
        while (left + 1 < last && _budgets[left + 1] <= near)
            left++;
        return (_budgets[left], _budgets[left + 1]);
    }

    private int First(double low)
    {
        int i = Array.BinarySearch(_budgets, low);
        return i >= 0 ? i : ~i;
    }
}
