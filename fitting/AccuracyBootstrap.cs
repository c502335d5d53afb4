using Calibration.Fitting.Accuracy;
using Calibration.Fitting.Answers;
using Calibration.Fitting.Shapes;

namespace Calibration.Fitting;

/// <summary>
/// Cluster bootstrap of the accuracy fit: complete problems are drawn with replacement and the curve is fitted again from the
/// global start. Replicate i depends on the seed and i only, so any number of threads gives the same curves.
/// Answers without clusters are drawn from their budget's proportion.
/// </summary>
public sealed class AccuracyBootstrap
{
    private readonly AccuracyTable _table;
    private readonly FitMethod _method;

    private AccuracyBootstrap(AccuracyTable table, FitMethod method)
    {
        if (table.Count == 0)
            throw new ArgumentException("there are no answers to draw from", nameof(table));
        (_table, _method) = (table, method);
    }

    /// <summary>Prepares the bootstrap of graded answers, clustered by problem.</summary>
    public static AccuracyBootstrap Of(IReadOnlyList<AccuracyObservation> observations, FitMethod method = FitMethod.MaximumLikelihood)
    {
        ArgumentNullException.ThrowIfNull(observations);
        return new AccuracyBootstrap(AccuracyTable.From(observations), method);
    }

    /// <summary>Prepares the bootstrap of answers counted by problem and budget, clustered by problem.</summary>
    public static AccuracyBootstrap Of(IReadOnlyList<AccuracyCell> cells, FitMethod method = FitMethod.MaximumLikelihood)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return new AccuracyBootstrap(AccuracyTable.From(cells), method);
    }

    /// <summary>Prepares the bootstrap of counts, independent.</summary>
    public static AccuracyBootstrap Of(IReadOnlyList<AccuracyCount> counts, FitMethod method = FitMethod.MaximumLikelihood)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return new AccuracyBootstrap(AccuracyTable.From(counts.Select(c => (c.BudgetTokens, (double)c.Answers, (double)c.Correct))),
            method);
    }

    /// <summary>Budgets measured, ascending: the columns of <see cref="Replicate.Answers"/>.</summary>
    public IReadOnlyList<int> Budgets => _table.Budgets;

    /// <summary>Problems, which are drawn as a whole; 0 where answers are independent.</summary>
    public int Clusters => _table.Clusters;

    /// <summary>Answers at each budget, from which replicates are drawn.</summary>
    public ReadOnlySpan<double> Answers => _table.Answers;

    /// <summary>How many of them are right.</summary>
    public ReadOnlySpan<double> Correct => _table.Correct;

    /// <summary>A worker that draws and fits replicates one after another; not thread-safe, make one a thread.</summary>
    public Worker CreateWorker() => new(_table, _method);

    /// <summary>Curves of replicates 0 to <paramref name="replicates"/> − 1.</summary>
    /// <param name="replicates">How many.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="threads">Threads to use, 1 or more.</param>
    public ExponentialAccuracy[] Run(int replicates, ulong seed, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replicates);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var curves = new ExponentialAccuracy[replicates];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
        {
            Worker worker = CreateWorker();
            for (int i = t; i < replicates; i += threads)
                curves[i] = worker.Draw(seed, i).Curve;
        });
        return curves;
    }

    /// <summary>A worker that draws replicates and lets each choose its shape anew; not thread-safe, make one per thread.</summary>
    /// <param name="given">The shape that the user named; null lets each replicate's answers choose.</param>
    /// <param name="options">How curves are fitted and judged; the bootstrap's own method is used.</param>
    public ShapeWorker CreateShapeWorker(ShapeKind? given = null, AccuracyFitOptions? options = null) =>
        new(_table, given, (options ?? new AccuracyFitOptions()) with { Method = _method });

    /// <summary>One replicate.</summary>
    /// <param name="Curve">
    /// Its fitted curve; A may be 0 and b at the end of the searched range where the draw carries no information.
    /// </param>
    /// <param name="Answers">
    /// Answers at each budget; 0 where the drawn problems have none there. Valid until the worker's next draw.
    /// </param>
    /// <param name="Correct">How many of them are right.</param>
    public readonly record struct Replicate(ExponentialAccuracy Curve, ReadOnlyMemory<double> Answers, ReadOnlyMemory<double> Correct);

    /// <summary>One replicate with the shape that its answers choose.</summary>
    /// <param name="Shape">
    /// The shape. Where it is the exponential of all budgets, it is the curve of the same <see cref="Replicate"/>, bit by bit.
    /// </param>
    /// <param name="LargestBudget">Largest budget that it offers; infinite for a curve without a fall.</param>
    /// <param name="Answers">
    /// Answers at each budget; 0 where the drawn problems have none there. Valid until the worker's next draw.
    /// </param>
    /// <param name="Correct">How many of them are right.</param>
    /// <param name="Problems">
    /// The drawn problems, by their place in the ordinal order of their names; empty where answers are independent. Valid until the
    /// worker's next draw.
    /// </param>
    public readonly record struct ShapeReplicate(
        AccuracyShape Shape,
        double LargestBudget,
        ReadOnlyMemory<double> Answers,
        ReadOnlyMemory<double> Correct,
        ReadOnlyMemory<int> Problems);

    /// <summary>Work space of one thread.</summary>
    public sealed class Worker
    {
        private readonly AccuracyTable _table;
        private readonly CurveSolver _solver;
        private readonly AnswerDraw _draw;

        internal Worker(AccuracyTable table, FitMethod method) =>
            (_table, _solver, _draw) = (table, new CurveSolver(table.X, method), new AnswerDraw(table));

        /// <summary>Replicate <paramref name="index"/> of a seed.</summary>
        public Replicate Draw(ulong seed, int index)
        {
            _draw.Next(seed, index);
            _solver.Load(_draw.Answers, _draw.Correct);
            CurvePoint point = _solver.Solve();
            return new Replicate(
                new ExponentialAccuracy(Math.Max(0, point.A), Math.Exp(point.Theta) / _table.Scale, point.D), _draw.Answers, _draw.Correct);
        }
    }

    /// <summary>Work space of one thread whose replicates choose their shape.</summary>
    public sealed class ShapeWorker
    {
        private readonly AnswerDraw _draw;
        private readonly ShapeReplicates _shapes;

        internal ShapeWorker(AccuracyTable table, ShapeKind? given, AccuracyFitOptions options) =>
            (_draw, _shapes) = (new AnswerDraw(table), new ShapeReplicates(table, given, options));

        /// <summary>Replicate <paramref name="index"/> of a seed: the same answers as those of <see cref="Worker.Draw"/>.</summary>
        public ShapeReplicate Draw(ulong seed, int index)
        {
            _draw.Next(seed, index);
            (AccuracyShape shape, double largest) = _shapes.Choose(_draw.Table());
            return new ShapeReplicate(shape, largest, _draw.Answers, _draw.Correct, _draw.Problems);
        }

        /// <summary>The last draw as cells, each drawn problem under a name of its own.</summary>
        internal AccuracyCell[] LastCells()
        {
            AccuracyTable table = _draw.Table();
            return
            [
                .. Enumerable.Range(0, table.ClusterAnswers.Length).Select(i => new AccuracyCell(
                    $"{i / table.Count:00000}", table.Budgets[i % table.Count], (int)table.ClusterAnswers[i],
                        (int)table.ClusterCorrect[i])),
            ];
        }
    }
}
