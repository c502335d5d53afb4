using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>
/// The joint problem where a measured task may mix its options: with service time s and deviation r of the mixture,
/// E[S²] = Σπ(s² + r²) keeps λE[S²]/(2δ) + E[S] convex, so J is concave and any point's tangent plane, maximised task by
/// task over its options, bounds every combination. Newton's ascent on the tasks with curves and exact line searches
/// towards each measured task's best option in turn (Frank and Wolfe) make the bound tight.
/// </summary>
internal sealed class MixedRelaxation
{
    private const int Rounds = 30;
    private const int Bisections = 40;

    private readonly Option[][] _options;
    private readonly double[] _probability;
    private readonly int[] _place;
    private readonly ObjectiveModel _model;
    private readonly NewtonAscent _ascent;
    private readonly double[] _budgets;
    private readonly double[] _low;
    private readonly Option[] _mixture;
    private readonly int _tasks;

    internal MixedRelaxation(double lambda, double alpha, ImmutableArray<TaskChoice> choices)
    {
        _tasks = choices.Length;
        _place = [.. Enumerable.Range(0, _tasks).Where(k => choices[k].Measured is not null)];
        _options = [.. _place.Select(k => Undominated(choices[k].Measured!))];
        _probability = [.. _place.Select(k => choices[k].Measured!.Probability)];
        _mixture = new Option[_place.Length];
        _model = new ObjectiveModel(lambda, alpha, [.. choices.Where(choice => choice.Model is not null).Select(choice => choice.Model!)]);
        _ascent = new NewtonAscent(_model);
        (_budgets, _low) = (new double[_model.Count], new double[_model.Count]);
    }

    internal int Count => _options.Length;

    /// <summary>The size of J's terms where the last value was taken.</summary>
    internal double Size { get; private set; }

    internal int[] Quickest() => new int[Count];

    internal MixedNode Root() => new(new int[Count], [.. _options.Select(option => option.Length - 1)]);

    internal double[] BudgetsOf(int[] chosen)
    {
        var all = new double[_tasks];
        for (int k = 0; k < Count; k++)
            all[_place[k]] = _options[k][chosen[k]].Budget;
        return all;
    }

    /// <summary>J of one combination, its other tasks at their best; −∞ where that is not stable.</summary>
    internal double ValueOf(int[] chosen)
    {
        for (int k = 0; k < Count; k++)
            _mixture[k] = _options[k][chosen[k]];
        if (!Climb())
            return double.NegativeInfinity;
        Size = _ascent.Moments.Size;
        return -_ascent.Moments.Loss;
    }

    /// <summary>Bounds a node; false where no combination in it can be stable or better than <paramref name="incumbent"/>.</summary>
    internal bool Bound(MixedNode node, double incumbent)
    {
        for (int k = 0; k < Count; k++)
            _mixture[k] = _options[k][node.Low[k]];
        node.Bound = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            if (!Climb())
                return false;
            double value = -_ascent.Moments.Loss, gap = TangentGap(node);
            node.Bound = Math.Min(node.Bound, value + gap);
            if (node.Bound <= incumbent)
                return false;
            if (gap <= 1e-13 * _ascent.Moments.Size)
                break;
            for (int k = 0; k < Count; k++)
                Improve(k, node);
        }

        for (int k = 0; k < Count; k++)
            node.Candidate[k] = Nearest(k, node);
        return true;
    }

    private bool Climb()
    {
        (double first, double second, double accuracy) = (0, 0, 0);
        for (int k = 0; k < Count; k++)
        {
            first += _probability[k] * _mixture[k].Seconds;
            second += _probability[k] * _mixture[k].Square;
            accuracy += _probability[k] * _mixture[k].Accuracy;
        }

        (_model.FirstElsewhere, _model.SecondElsewhere, _model.AccuracyElsewhere) = (first, second, accuracy);
        return AllocationSolver.Climb(_model, _ascent, _low, _model.MaxBudget, _budgets) is not null;
    }

    /// <summary>How far the tangent plane rises over the node's options; remembers the task that contributes most, to split.</summary>
    private double TangentGap(MixedNode node)
    {
        Moments at = _ascent.Moments;
        double gap = Certificate.GapBound(_model, _low, _model.MaxBudget, _budgets, _ascent.Gains, at), most = double.NegativeInfinity;
        node.SplitTask = -1;
        for (int k = 0; k < Count; k++)
        {
            double rise = _probability[k] * (Score(k, BestOption(k, node, at), at) - Score(k, _mixture[k], at));
            gap += Math.Max(0, rise);
            if (node.High[k] == node.Low[k] || rise <= most)
                continue;
            most = rise;
            int above = node.Low[k] + 1;
            while (above < node.High[k] && _options[k][above].Seconds <= _mixture[k].Seconds)
                above++;
            (node.SplitTask, node.SplitAt) = (k, above);
        }

        return gap;
    }

    /// <summary>Value of an option in the tangent plane at the mixture, per query of its task.</summary>
    private double Score(int k, in Option option, in Moments at)
    {
        double rate = _model.Lambda / at.Slack;
        return (_model.Alpha * option.Accuracy) - ((1 + at.Congestion(_model.Lambda) + (rate * _mixture[k].Seconds)) * option.Seconds)
            - (rate * _mixture[k].Deviation * option.Deviation);
    }

    private Option BestOption(int k, MixedNode node, in Moments at)
    {
        Option best = _options[k][node.Low[k]];
        double score = Score(k, best, at);
        for (int i = node.Low[k] + 1; i <= node.High[k]; i++)
        {
            double other = Score(k, _options[k][i], at);
            if (other > score)
                (best, score) = (_options[k][i], other);
        }

        return best;
    }

    /// <summary>Moves a task's mixture towards its best option, as far as J rises.</summary>
    private void Improve(int k, MixedNode node)
    {
        Moments at = MomentsNow();
        Option from = _mixture[k], to = BestOption(k, node, at);
        double low = 0, high = 1;
        if (Slope(1) < 0)
        {
            for (int i = 0; i < Bisections; i++)
            {
                double middle = (low + high) / 2;
                (low, high) = Slope(middle) > 0 ? (middle, high) : (low, middle);
            }
        }
        else
        {
            low = 1;
        }

        _mixture[k] = from.Towards(to, low);

        double Slope(double share)
        {
            Option there = from.Towards(to, share);
            double first = at.First + (_probability[k] * (there.Seconds - from.Seconds));
            double slack = 1 - (_model.Lambda * first);
            if (!(slack > 0))
                return double.NegativeInfinity;
            double second = at.Second + (_probability[k] * (there.Square - from.Square)), rate = _model.Lambda / slack;
            double congestion = _model.Lambda * _model.Lambda * second / (2 * slack * slack);
            return (_model.Alpha * (to.Accuracy - from.Accuracy)) - ((1 + congestion + (rate * there.Seconds)) * (to.Seconds - from.Seconds))
                - (rate * there.Deviation * (to.Deviation - from.Deviation));
        }
    }

    /// <summary>The moments with the mixtures as they stand, the tasks with curves where they were.</summary>
    private Moments MomentsNow()
    {
        Moments last = _ascent.Moments;
        double first = last.First - _model.FirstElsewhere, second = last.Second - _model.SecondElsewhere;
        for (int k = 0; k < Count; k++)
        {
            first += _probability[k] * _mixture[k].Seconds;
            second += _probability[k] * _mixture[k].Square;
        }

        return last with { First = first, Second = second, Slack = 1 - (_model.Lambda * first) };
    }

    private int Nearest(int k, MixedNode node)
    {
        int nearest = node.Low[k];
        for (int i = nearest + 1; i <= node.High[k]; i++)
        {
            if (Math.Abs(_options[k][i].Seconds - _mixture[k].Seconds) < Math.Abs(_options[k][nearest].Seconds - _mixture[k].Seconds))
                nearest = i;
        }

        return nearest;
    }

    /// <summary>Quickest first, without options that another beats or equals in time, spread and accuracy.</summary>
    private static Option[] Undominated(MeasuredTask task)
    {
        Option[] all =
        [
            .. task.Budgets.Select(budget => new Option(budget.BudgetTokens, budget.Accuracy, budget.ServiceSeconds, Math.Sqrt(budget.ServiceVariance)))
                .OrderBy(option => option.Seconds).ThenBy(option => option.Deviation).ThenByDescending(option => option.Accuracy),
        ];
        return [.. all.Where((option, i) => !all.Take(i).Any(other => other.Deviation <= option.Deviation && other.Accuracy >= option.Accuracy))];
    }

    private readonly record struct Option(double Budget, double Accuracy, double Seconds, double Deviation)
    {
        internal double Square => (Seconds * Seconds) + (Deviation * Deviation);

        internal Option Towards(in Option other, double share) => new(
            Budget,
            Accuracy + (share * (other.Accuracy - Accuracy)),
            Seconds + (share * (other.Seconds - Seconds)),
            Deviation + (share * (other.Deviation - Deviation)));
    }
}

/// <summary>A range of options of each measured task, with what its relaxation gave.</summary>
internal sealed class MixedNode(int[] low, int[] high)
{
    internal int[] Low => low;

    internal int[] High => high;

    /// <summary>Upper bound on J of every combination in the ranges.</summary>
    internal double Bound { get; set; }

    /// <summary>The options closest to the relaxation's mixtures.</summary>
    internal int[] Candidate { get; } = new int[low.Length];

    /// <summary>The task to split, and the first option of its upper part.</summary>
    internal int SplitTask { get; set; } = -1;

    internal int SplitAt { get; set; }

    internal bool CanSplit => SplitTask >= 0;

    internal (MixedNode Lower, MixedNode Upper) Split()
    {
        int[] lowerHigh = [.. high], upperLow = [.. low];
        lowerHigh[SplitTask] = SplitAt - 1;
        upperLow[SplitTask] = SplitAt;
        return (new MixedNode(low, lowerHigh), new MixedNode(upperLow, high));
    }
}
