namespace Calibration.Tests.Analysis;

/// <summary>
/// True J of an allocation in a scenario, and the best of all by coordinate ascent from many starts on a fine grid of budgets.
/// </summary>
internal sealed class DecisionTruth
{
    private const double Rate = 0.1;
    private const int Rounds = 60;

    private static readonly double[] Fine =
        [0, .. Enumerable.Range(0, 1200).Select(i => Math.Round(Math.Exp(i * Math.Log(32_768) / 1199), 3)).Distinct().Order()];

    private static readonly double[] Starts = [0, 60, 200, 500, 1200];
    private static readonly double[] MixedStarts = [0, 30, 150, 300, 600, 1000];

    private readonly DecisionScenario _scenario;
    private readonly double _weight;
    private readonly double[][] _accuracy;
    private readonly double[][] _seconds;

    /// <param name="scenario">What is true.</param>
    /// <param name="weight">Accuracy weight α in seconds.</param>
    internal DecisionTruth(DecisionScenario scenario, double weight)
    {
        (_scenario, _weight) = (scenario, weight);
        _accuracy = [.. Enumerable.Range(0, scenario.Curves.Length).Select(k => Array.ConvertAll(Fine, l => scenario.Accuracy(k, l)))];
        _seconds = [.. DecisionScenario.Lines.Select(line => Array.ConvertAll(Fine, line.At))];
        Best = Enumerable.Range(0, 25).Max(start => Ascend(StartOf(start)));
    }

    /// <summary>The highest J found, J*.</summary>
    internal double Best { get; }

    /// <summary>True J at real budgets, one per task.</summary>
    internal double At(ReadOnlySpan<double> budgets)
    {
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double seconds = DecisionScenario.Lines[k].At(budgets[k]);
            (first, second, accuracy) = (first + seconds, second + (seconds * seconds), accuracy + _scenario.Accuracy(k, budgets[k]));
        }

        return Value(first, second, accuracy);
    }

    private double Value(double first, double second, double accuracy)
    {
        int n = _seconds.Length;
        double slack = 1 - (Rate * first / n);
        return slack > 0 ? (_weight * accuracy / n) - (Rate * second / n / 2 / slack) - (first / n) : double.NegativeInfinity;
    }

    private static int[] StartOf(int start) => start < Starts.Length
        ? [.. Enumerable.Repeat(Nearest(Starts[start]), 6)]
        : [.. Enumerable.Range(0, 6).Select(k => Nearest(MixedStarts[(start * (k + 3) + (k * k * 7) + (start / 6)) % 6]))];

    private static int Nearest(double budget) => Enumerable.Range(0, Fine.Length).MinBy(i => Math.Abs(Fine[i] - budget));

    private double Ascend(int[] at)
    {
        double last = double.NegativeInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            double value = last;
            for (int k = 0; k < at.Length; k++)
                (at[k], value) = BestOf(at, k);
            if (value <= last + 1e-12)
                break;
            last = value;
        }

        return last;
    }

    private (int At, double Value) BestOf(int[] at, int task)
    {
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < at.Length; k++)
        {
            if (k == task)
                continue;
            double seconds = _seconds[k][at[k]];
            (first, second, accuracy) = (first + seconds, second + (seconds * seconds), accuracy + _accuracy[k][at[k]]);
        }

        (int At, double Value) best = (0, double.NegativeInfinity);
        for (int i = 0; i < Fine.Length; i++)
        {
            double seconds = _seconds[task][i], value = Value(first + seconds, second + (seconds * seconds), accuracy + _accuracy[task][i]);
            if (value > best.Value)
                best = (i, value);
        }

        return best;
    }
}
