using System.Collections.Immutable;

namespace Calibration.Optimizer;

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

    private readonly Option[][] options;
    private readonly double[] probability;
    private readonly int[] place;
    private readonly ObjectiveModel model;
    private readonly NewtonAscent ascent;
    private readonly double[] budgets;
    private readonly double[] low;
    private readonly Option[] mixture;
    private readonly int tasks;

    internal MixedRelaxation(double lambda, double alpha, ImmutableArray<TaskChoice> choices)
    {
        tasks = choices.Length;
        place = [.. Enumerable.Range(0, tasks).Where(k => choices[k].Measured is not null)];
        options = [.. place.Select(k => Undominated(choices[k].Measured!))];
        probability = [.. place.Select(k => choices[k].Measured!.Probability)];
        mixture = new Option[place.Length];
        model = new ObjectiveModel(lambda, alpha, [.. choices.Where(choice => choice.Model is not null).Select(choice => choice.Model!)]);
        ascent = new NewtonAscent(model);
        (budgets, low) = (new double[model.Count], new double[model.Count]);
    }

    internal int Count => options.Length;

    /// <summary>The size of J's terms where the last value was taken.</summary>
    internal double Size { get; private set; }

    internal int[] Quickest() => new int[Count];

    internal MixedNode Root() => new(new int[Count], [.. options.Select(option => option.Length - 1)]);

    internal double[] BudgetsOf(int[] chosen)
    {
        var all = new double[tasks];
        for (int k = 0; k < Count; k++)
            all[place[k]] = options[k][chosen[k]].Budget;
        return all;
    }

    /// <summary>J of one combination, its other tasks at their best; −∞ where that is not stable.</summary>
    internal double ValueOf(int[] chosen)
    {
        for (int k = 0; k < Count; k++)
            mixture[k] = options[k][chosen[k]];
        if (!Climb())
            return double.NegativeInfinity;
        Size = ascent.Moments.Size;
        return -ascent.Moments.Loss;
    }

    /// <summary>Bounds a node; false where no combination in it can be stable or better than <paramref name="incumbent"/>.</summary>
    internal bool Bound(MixedNode node, double incumbent)
    {
        for (int k = 0; k < Count; k++)
            mixture[k] = options[k][node.Low[k]];
        node.Bound = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            if (!Climb())
                return false;
            double value = -ascent.Moments.Loss, gap = TangentGap(node);
            node.Bound = Math.Min(node.Bound, value + gap);
            if (node.Bound <= incumbent)
                return false;
            if (gap <= 1e-13 * ascent.Moments.Size)
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
            first += probability[k] * mixture[k].Seconds;
            second += probability[k] * mixture[k].Square;
            accuracy += probability[k] * mixture[k].Accuracy;
        }

        (model.FirstElsewhere, model.SecondElsewhere, model.AccuracyElsewhere) = (first, second, accuracy);
        return AllocationSolver.Climb(model, ascent, low, model.MaxBudget, budgets) is not null;
    }

    /// <summary>How far the tangent plane rises over the node's options; remembers the task that contributes most, to split.</summary>
    private double TangentGap(MixedNode node)
    {
        Moments at = ascent.Moments;
        double gap = Certificate.GapBound(model, low, model.MaxBudget, budgets, ascent.Gains, at), most = double.NegativeInfinity;
        node.SplitTask = -1;
        for (int k = 0; k < Count; k++)
        {
            double rise = probability[k] * (Score(k, BestOption(k, node, at), at) - Score(k, mixture[k], at));
            gap += Math.Max(0, rise);
            if (node.High[k] == node.Low[k] || rise <= most)
                continue;
            most = rise;
            int above = node.Low[k] + 1;
            while (above < node.High[k] && options[k][above].Seconds <= mixture[k].Seconds)
                above++;
            (node.SplitTask, node.SplitAt) = (k, above);
        }

        return gap;
    }

    /// <summary>What an option is worth to the tangent plane at the mixture, a query of its task.</summary>
    private double Score(int k, in Option option, in Moments at)
    {
        double rate = model.Lambda / at.Slack;
        return (model.Alpha * option.Accuracy) - ((1 + at.Congestion(model.Lambda) + (rate * mixture[k].Seconds)) * option.Seconds)
            - (rate * mixture[k].Deviation * option.Deviation);
    }

    private Option BestOption(int k, MixedNode node, in Moments at)
    {
        Option best = options[k][node.Low[k]];
        double score = Score(k, best, at);
        for (int i = node.Low[k] + 1; i <= node.High[k]; i++)
        {
            double other = Score(k, options[k][i], at);
            if (other > score)
                (best, score) = (options[k][i], other);
        }

        return best;
    }

    /// <summary>Moves a task's mixture towards its best option, as far as J rises.</summary>
    private void Improve(int k, MixedNode node)
    {
        Moments at = MomentsNow();
        Option from = mixture[k], to = BestOption(k, node, at);
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

        mixture[k] = from.Towards(to, low);

        double Slope(double share)
        {
            Option there = from.Towards(to, share);
            double first = at.First + (probability[k] * (there.Seconds - from.Seconds));
            double slack = 1 - (model.Lambda * first);
            if (!(slack > 0))
                return double.NegativeInfinity;
            double second = at.Second + (probability[k] * (there.Square - from.Square)), rate = model.Lambda / slack;
            double congestion = model.Lambda * model.Lambda * second / (2 * slack * slack);
            return (model.Alpha * (to.Accuracy - from.Accuracy)) - ((1 + congestion + (rate * there.Seconds)) * (to.Seconds - from.Seconds))
                - (rate * there.Deviation * (to.Deviation - from.Deviation));
        }
    }

    /// <summary>The moments with the mixtures as they stand, the tasks with curves where they were.</summary>
    private Moments MomentsNow()
    {
        Moments last = ascent.Moments;
        double first = last.First - model.FirstElsewhere, second = last.Second - model.SecondElsewhere;
        for (int k = 0; k < Count; k++)
        {
            first += probability[k] * mixture[k].Seconds;
            second += probability[k] * mixture[k].Square;
        }

        return last with { First = first, Second = second, Slack = 1 - (model.Lambda * first) };
    }

    private int Nearest(int k, MixedNode node)
    {
        int nearest = node.Low[k];
        for (int i = nearest + 1; i <= node.High[k]; i++)
        {
            if (Math.Abs(options[k][i].Seconds - mixture[k].Seconds) < Math.Abs(options[k][nearest].Seconds - mixture[k].Seconds))
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
