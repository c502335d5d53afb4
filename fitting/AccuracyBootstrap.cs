using Calibration.Fitting.Accuracy;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting;

/// <summary>
/// Cluster bootstrap of the accuracy fit: whole problems are drawn with replacement and the curve is fitted again from the
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
        return new AccuracyBootstrap(AccuracyTable.From(counts.Select(c => (c.BudgetTokens, (double)c.Answers, (double)c.Correct))), method);
    }

    /// <summary>Budgets measured, ascending: the columns of <see cref="Replicate.Answers"/>.</summary>
    public IReadOnlyList<int> Budgets => _table.Budgets;

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

    /// <summary>One replicate.</summary>
    /// <param name="Curve">Its fitted curve; A may be 0 and b at the end of the searched range where the draw carries no information.</param>
    /// <param name="Answers">Answers at each budget; 0 where the drawn problems have none there. Valid until the worker's next draw.</param>
    /// <param name="Correct">How many of them are right.</param>
    public readonly record struct Replicate(ExponentialAccuracy Curve, ReadOnlyMemory<double> Answers, ReadOnlyMemory<double> Correct);

    /// <summary>Work space of one thread.</summary>
    public sealed class Worker
    {
        private readonly AccuracyTable _table;
        private readonly CurveSolver _solver;
        private readonly double[] _answers;
        private readonly double[] _correct;

        internal Worker(AccuracyTable table, FitMethod method)
        {
            _table = table;
            _solver = new CurveSolver(table.X, method);
            (_answers, _correct) = (new double[table.Count], new double[table.Count]);
        }

        /// <summary>Replicate <paramref name="index"/> of a seed.</summary>
        public Replicate Draw(ulong seed, int index)
        {
            var random = new SplitMix64(seed, (ulong)index);
            if (_table.Clusters > 0)
                DrawClusters(ref random);
            else
                DrawAnswers(ref random);
            _solver.Load(_answers, _correct);
            CurvePoint point = _solver.Solve();
            return new Replicate(new ExponentialAccuracy(Math.Max(0, point.A), Math.Exp(point.Theta) / _table.Scale, point.D), _answers, _correct);
        }

        private void DrawClusters(ref SplitMix64 random)
        {
            int m = _table.Count, clusters = _table.Clusters;
            Array.Clear(_answers);
            Array.Clear(_correct);
            for (int draw = 0; draw < clusters; draw++)
            {
                int row = random.Below(clusters) * m;
                for (int j = 0; j < m; j++)
                {
                    _answers[j] += _table.ClusterAnswers[row + j];
                    _correct[j] += _table.ClusterCorrect[row + j];
                }
            }
        }

        private void DrawAnswers(ref SplitMix64 random)
        {
            for (int j = 0; j < _table.Count; j++)
            {
                double n = _table.Answers[j], p = _table.Correct[j] / n;
                (_answers[j], _correct[j]) = (n, 0);
                if (n > 20_000)
                {
                    _correct[j] = Math.Clamp(Math.Round((n * p) + (random.Gaussian() * Math.Sqrt(n * p * (1 - p)))), 0, n);
                    continue;
                }

                for (int i = 0; i < n; i++)
                    _correct[j] += random.Uniform() < p ? 1 : 0;
            }
        }
    }
}
