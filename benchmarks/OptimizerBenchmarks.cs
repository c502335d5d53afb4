using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;

namespace Calibration.Benchmarks;

/// <summary>The default solver by the number of tasks, and the queue on one thread, under BenchmarkDotNet.</summary>
[MemoryDiagnoser]
public class OptimizerBenchmarks
{
    private Workload _workload = OptimizerTimings.Paper(6);

    [Params(6, 1_000, 1_000_000)]
    public int Tasks { get; set; }

    [GlobalSetup]
    public void Setup() => _workload = OptimizerTimings.Paper(Tasks);

    [Benchmark]
    public Allocation Solve() => NewtonSolver.Solve(_workload);

    public static int Run()
    {
        IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkRunner.Run([typeof(OptimizerBenchmarks), typeof(QueueBenchmarks)], config);
        return 0;
    }
}

/// <summary>Ten million queries a call, six tasks of the paper's Table I at the integer optimum.</summary>
public class QueueBenchmarks
{
    private const int Queries = 1_000_000;

    private readonly Workload _workload = OptimizerTimings.Paper(6);

    [Benchmark(OperationsPerInvoke = 10 * Queries)]
    public QueueReport Simulate() => QueueStudy.Run(
        _workload,
        [0, 341, 0, 0, 346, 30],
        new SimulationOptions { Queries = Queries, Replications = 10, WarmUp = 0, Threads = 1 });
}
