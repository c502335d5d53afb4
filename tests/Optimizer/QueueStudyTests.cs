using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
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
            Assert.InRange(system.Mean, report.Tasks[k].PredictedSystemTimeSeconds - (4 * system.StandardError), report.Tasks[k].PredictedSystemTimeSeconds + (4 * system.StandardError));
        }
    }

    [Fact]
    public void Run_LognormalService_FollowsPollaczekAndKhinchine()
    {
        Workload workload = Of(0.4, [1, 2]);
        workload = workload with { Tasks = [.. workload.Tasks.Select(task => task with { ServiceVariance = 0.8 })] };
        QueueReport report = QueueStudy.Run(workload, new double[2], 50_000, 100);
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
        QueueReport report = QueueStudy.Run(Of(0.4, [1, 2]), new double[2], 50_000, 100, measurements: measurements);
        Assert.Equal((0.75 + 0.3) / 2, report.Predicted.Accuracy, 1e-12);
        Assert.Equal(1.5, report.Predicted.MeanServiceSeconds, 1e-12);
        Assert.Equal((1 + (18.5 / 3)) / 2, report.Predicted.MeanSquareServiceSeconds2, 1e-12);
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3.5));
    }

    [Fact]
    public void Run_AnyThreads_GivesTheSameReport()
    {
        QueueReport one = QueueStudy.Run(Of(0.4, [1, 2]), new double[2], 1_000, 50, seed: 9, threads: 1);
        QueueReport four = QueueStudy.Run(Of(0.4, [1, 2]), new double[2], 1_000, 50, seed: 9, threads: 4);
        Assert.Equal(one.WaitSeconds, four.WaitSeconds);
        Assert.Equal(one.Tasks.AsEnumerable(), four.Tasks.AsEnumerable());
        Assert.NotEqual(one.WaitSeconds, QueueStudy.Run(Of(0.4, [1, 2]), new double[2], 1_000, 50, seed: 10).WaitSeconds);
        Assert.Throws<ArgumentException>(() => QueueStudy.Run(Of(1, [1, 2]), new double[2]));
    }

    [Fact]
    public void Run_WrongFormula_IsAFinding()
    {
        QueueReport report = QueueStudy.Run(Of(0.4, [1, 2]), new double[2], 10_000, 100);
        QueueReport wrong = report with { Predicted = report.Predicted with { MeanSquareServiceSeconds2 = 4 } };
        Assert.False(wrong.Agrees);
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
        return QueueStudy.Run(new QueuePlan(workload, new double[seconds.Length], null, law), 50_000, Replications, null, 7, null);
    }

    private static void Within(QueueReport report, double wait)
    {
        Assert.Equal(wait, report.Predicted.MeanWaitSeconds, 1e-9 * wait);
        Assert.All(report.Comparisons, comparison => Assert.InRange(comparison.StandardErrors, 0, 3));
    }

    private static Workload Of(double lambda, double[] seconds) =>
        new(lambda, 30, [.. seconds.Select((time, k) => new TaskModel("t" + k, 1.0 / seconds.Length, new ExponentialAccuracy(0.5, 0.01, 0.3), new ServiceTimeLine(time, 0.01), 1_000)).ToImmutableArray()]);
}
