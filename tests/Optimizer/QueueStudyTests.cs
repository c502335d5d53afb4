using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
using MathNet.Numerics.Distributions;
using Xunit;

namespace Calibration.Tests.Optimizer;

public sealed class QueueStudyTests
{
    private const int Replications = 200;

    public static TheoryData<double> Utilizations => [0.5, 0.8, 0.9, 0.95];

    [Theory]
    [MemberData(nameof(Utilizations))]
    public void Run_ExponentialService_IsTheClosedForm(double rho)
    {
        QueueReport report = Study(rho, [1], ServiceLaw.Exponential);
        Within(report, rho / (1 - rho));

        // The system time of M/M/1 is exponential with mean 1/(1 − ρ).
        Assert.Equal(Math.Log(20) / (1 - rho), report.Tasks[0].P95Seconds!.Value, 0.08 * Math.Log(20) / (1 - rho));
    }

    [Theory]
    [MemberData(nameof(Utilizations))]
    public void Run_ConstantService_IsTheClosedForm(double rho) => Within(Study(rho, [1], ServiceLaw.Model), rho / (2 * (1 - rho)));

    [Theory]
    [MemberData(nameof(Utilizations))]
    public void Run_ThreeTypes_IsTheClosedForm(double rho)
    {
        QueueReport report = Study(rho, [0.5, 1, 2], ServiceLaw.Model);
        double lambda = rho / (3.5 / 3), wait = lambda * 1.75 / (2 * (1 - rho));
        Within(report, wait);
        for (int k = 0; k < 3; k++)
        {
            SimulatedMean system = report.Tasks[k].SystemTimeSeconds!.Value;
            Assert.InRange(
                system.Mean,
                report.Tasks[k].PredictedSystemTimeSeconds - (4 * system.StandardError),
                report.Tasks[k].PredictedSystemTimeSeconds + (4 * system.StandardError));
        }
    }

    [Fact]
    public void Run_LognormalService_FollowsPollaczekAndKhinchine()
    {
        Workload workload = Of(0.4, [1, 2]);
        workload = workload with { Tasks = [.. workload.Tasks.Select(task => task with { ServiceVariance = 0.8 })] };
        QueueReport report = Simulate(workload, new double[2], Sized(50_000, 100));
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3.5));
        Assert.Equal(0.4 * (2.5 + 0.8) / (2 * 0.4), report.Predicted.MeanWaitSeconds, 1e-12);
    }

    [Fact]
    public void Run_Measurements_AreDrawnAndPredicted()
    {
        var measurements = new QueueMeasurements
        {
            Outcomes = [[true, false, true, true], []],
            ServiceSeconds = [[], [0.5, 1.5, 4]],
        };
        QueueReport report = QueueStudy.Run(
            Of(0.4, [1, 2]),
            new double[2],
            Sized(50_000, 100),
            measurements,
            TestContext.Current.CancellationToken);
        Assert.Equal((0.75 + 0.3) / 2, report.Predicted.Accuracy, 1e-12);
        Assert.Equal(1.5, report.Predicted.MeanServiceSeconds, 1e-12);
        Assert.Equal((1 + (18.5 / 3)) / 2, report.Predicted.MeanSquareServiceSeconds2, 1e-12);
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3.5));
    }

    [Fact]
    public void Run_AnyThreads_GivesTheSameReport()
    {
        SimulationOptions size = Sized(1_000, 50) with { Seed = 9 };
        QueueReport one = Simulate(Of(0.4, [1, 2]), new double[2], size with { Threads = 1 });
        QueueReport four = Simulate(Of(0.4, [1, 2]), new double[2], size with { Threads = 4 });
        Assert.Equal(one.WaitSeconds, four.WaitSeconds);
        Assert.Equal(one.Tasks.AsEnumerable(), four.Tasks.AsEnumerable());
        Assert.NotEqual(one.WaitSeconds, Simulate(Of(0.4, [1, 2]), new double[2], size with { Seed = 10 }).WaitSeconds);
        Assert.Throws<ArgumentException>(() => Simulate(Of(1, [1, 2]), new double[2], SimulationOptions.Default));
    }

    [Fact]
    public void Run_WrongFormula_IsAFinding()
    {
        QueueReport report = Simulate(Of(0.4, [1, 2]), new double[2], Sized(10_000, 100));
        QueueReport wrong = report with { Predicted = report.Predicted with { MeanSquareServiceSeconds2 = 4 } };
        Assert.False(wrong.Agrees);
        Assert.True(report.Agrees);
        Assert.Contains("mean wait", wrong.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Xoshiro_KnownState_GivesItsPublishedNumbers()
    {
        var random = new Xoshiro256(1, 2, 3, 4);
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625];
        Assert.All(expected, number => Assert.Equal(number, random.Next()));
    }

    [Fact]
    public void ExponentialDraw_ManyNumbers_FollowTheLaw()
    {
        const int count = 4_000_000;
        var random = new Xoshiro256(3, 0);
        var upTo = new int[12];
        double sum = 0, squares = 0;
        for (int i = 0; i < count; i++)
        {
            double x = ExponentialDraw.Next(ref random);
            (sum, squares) = (sum + x, squares + (x * x));
            for (int j = (int)Math.Floor(x); j < upTo.Length; j++)
                upTo[j]++;
        }

        Assert.InRange((sum / count) - 1, -3 / Math.Sqrt(count), 3 / Math.Sqrt(count));
        Assert.InRange((squares / count) - 2, -3 * Math.Sqrt(20.0 / count), 3 * Math.Sqrt(20.0 / count));
        for (int j = 0; j < upTo.Length; j++)
        {
            double tail = Math.Exp(-(j + 1));
            Assert.Equal(tail, 1 - (upTo[j] / (double)count), 3.5 * Math.Sqrt(tail / count));
        }
    }

    [Fact]
    public void NormalDraw_ManyNumbers_FollowTheLaw()
    {
        const int count = 4_000_000;
        var random = new Xoshiro256(5, 0);
        double[] sums = new double[4];
        double[] edges = [-4, -3, -2, -1, 0, 0.5, 1.5, 2.5, 3.5, 3.7, 4.2];
        var below = new int[edges.Length];
        for (int i = 0; i < count; i++)
        {
            double x = NormalDraw.Next(ref random), power = 1;
            for (int j = 0; j < sums.Length; j++)
                sums[j] += power *= x;
            for (int j = 0; j < edges.Length; j++)
                below[j] += x < edges[j] ? 1 : 0;
        }

        // Moments 0, 1, 0, 3 with variances 1, 2, 15, 96.
        double[] moments = [0, 1, 0, 3], variances = [1, 2, 15, 96];
        for (int j = 0; j < sums.Length; j++)
            Assert.Equal(moments[j], sums[j] / count, 3.5 * Math.Sqrt(variances[j] / count));
        for (int j = 0; j < edges.Length; j++)
        {
            double share = Normal.CDF(0, 1, edges[j]);
            Assert.Equal(share, below[j] / (double)count, 3.7 * Math.Sqrt(share * (1 - share) / count));
        }
    }

    [Fact]
    public void TableExponential_AnyNumber_IsTheLibrarys()
    {
        for (double x = -720; x < 709; x += 0.0371)
            Assert.Equal(Math.Exp(x), TableExponential.Of(x), 1e-13 * Math.Exp(x));
    }

    [Fact]
    public void Run_Caps_DrawMinOfNaturalLengthAndBudget()
    {
        var task = new TaskModel("t", 1, new ExponentialAccuracy(0.5, 0.01, 0.3), new ServiceTimeLine(0.5, 0.01), 1_000)
        {
            Natural = new NaturalLengths([20, 300, 50, 120, 120]),
            ServiceVariance = 0.04,
            RelativeSigma = 0.3,
        };
        QueueReport report = Simulate(new Workload(0.4, 30, [task]), [100], Sized(50_000, 100));
        double[] times = [0.7, 1.5, 1, 1.5, 1.5];
        Assert.Equal(times.Average(), report.Predicted.MeanServiceSeconds, 1e-12);
        Assert.Equal((1.09 * times.Average(time => time * time)) + 0.04, report.Predicted.MeanSquareServiceSeconds2, 1e-12);
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3.5));
    }

    /// <summary>Exponential service at slots is the birth–death chain itself: the formula is exact there, for any speed.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.85)]
    public void Run_ExponentialServiceAtSlots_IsTheChain(double load)
    {
        foreach (Server server in (Server[])[Server.Shared([1, 1.6, 2, 2.2]), Server.Replicas(3), Server.Shared([1, 1.8, 1.7])])
        {
            Workload workload = Of(load * server.FullSpeed, [1]) with { Server = server };
            QueueReport report = QueueStudy.Run(
                new QueuePlan(workload, [0], null, ServiceLaw.Exponential),
                Sized(20_000, 100) with { Seed = 3 },
                TestContext.Current.CancellationToken);
            Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3.7));
            Assert.Null(report.JointPValue);
        }
    }

    /// <summary>With a slot for every query there is no wait, and the law of the service times does not matter.</summary>
    [Fact]
    public void Run_ManySlots_DependsOnTheMeanAlone()
    {
        Workload workload = Of(1.5, [0.25, 1.75]) with
        {
            Server = Server.Shared([.. Enumerable.Range(1, 256).Select(n => n * 3 / (2.0 + n))]),
        };
        QueueReport report = Simulate(workload, new double[2], Sized(20_000, 100) with { WarmUp = 2_000 });
        Assert.InRange(report.Comparisons[1].StandardErrors, 0, 3.5);

        // n·r/(r − 1 + n) with unlimited slots: E[T] = m1/(1 − ρ/r).
        Assert.Equal(1 / (1 - (1.5 / 3)), report.Predicted.MeanSystemTimeSeconds, 1e-9);
    }

    [Fact]
    public void Run_TwentyQueries_HasNoBias()
    {
        QueueReport report = Simulate(Of(0.4, [1, 2]), new double[2], Sized(20, 100_000) with { WarmUp = 200 });
        Assert.InRange(report.Utilization.Mean / report.Predicted.Utilization, 0.998, 1.002);
        Assert.InRange(report.Comparisons[2].StandardErrors, 0, 3.5);
    }

    /// <summary>The joint test rejects right formulas as often as it says: in 5 % of studies.</summary>
    [Fact]
    public void Agrees_RightStudies_HoldsItsLevel()
    {
        const int Studies = 600;
        int rejected = Enumerable.Range(0, Studies).Count(seed =>
            !Simulate(Of(0.3, [1, 2]), new double[2], Sized(500, 60) with { WarmUp = 100, Seed = seed }).Agrees);
        Assert.InRange(rejected / (double)Studies, 0.05 - 0.027, 0.05 + 0.027);
    }

    [Fact]
    public void AliasTable_UnequalWeights_DrawsThem()
    {
        double[] weights = [0.5, 0.01, 0.2, 0.29];
        var table = new AliasTable(weights);
        var random = new Xoshiro256(4, 0);
        var counts = new int[4];
        for (int i = 0; i < 1_000_000; i++)
            counts[table.Type((uint)(random.Next() >> 32))]++;
        for (int k = 0; k < 4; k++)
            Assert.Equal(weights[k], counts[k] / 1e6, 4 * Math.Sqrt(weights[k] / 1e6));
    }

    private static QueueReport Study(double rho, double[] seconds, ServiceLaw law)
    {
        Workload workload = Of(rho / seconds.Average(), seconds);
        return QueueStudy.Run(
            new QueuePlan(workload, new double[seconds.Length], null, law),
            Sized(50_000, Replications) with { Seed = 7 },
            TestContext.Current.CancellationToken);
    }

    private static QueueReport Simulate(Workload workload, double[] budgets, SimulationOptions options) =>
        QueueStudy.Run(workload, budgets, options, cancellationToken: TestContext.Current.CancellationToken);

    private static SimulationOptions Sized(int queries, int replications) => new() { Queries = queries, Replications = replications };

    private static void Within(QueueReport report, double wait)
    {
        Assert.Equal(wait, report.Predicted.MeanWaitSeconds, 1e-9 * wait);
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3));
    }

    private static Workload Of(double lambda, double[] seconds) =>
        new(
            lambda,
            30,
            [.. seconds.Select((time, k) =>
                new TaskModel(
                    "t" + k, 1.0 / seconds.Length, new ExponentialAccuracy(0.5, 0.01, 0.3), new ServiceTimeLine(time, 0.01), 1_000))
                        .ToImmutableArray()]);
}
