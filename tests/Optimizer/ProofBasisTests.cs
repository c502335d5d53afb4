using Calibration.Fitting;
using Calibration.Optimizer;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>A certificate claims no more than what was proved or tested.</summary>
public sealed class ProofBasisTests
{
    [Fact]
    public void Solve_OneQueryAtATime_SaysThatTheBoundIsProved()
    {
        Workload paper = PaperOptimumTests.PaperWorkload();
        TaskModel hill = paper.Tasks[1] with { Accuracy = new HillAccuracy(0.9, 220, 2.5, 0.05) };
        Workload branched = paper with { Tasks = paper.Tasks.SetItem(1, hill) };
        ProvedAllocation[] all = [AllocationSolver.Solve(paper), AllocationSolver.SolveInteger(paper), AllocationSolver.Solve(branched)];
        foreach (ProvedAllocation found in all)
        {
            Assert.Equal((ProofStatus.Proved, ProofBasis.Proof), (found.Status, found.Basis));
            Assert.Equal("The bound is proved.", found.BasisSentence);
        }
    }

    [Fact]
    public void Solve_MoreSlots_SaysWhatWasTested()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda: 1) with { Server = Server.Shared([1, 1.9, 2.7, 3.4]) };
        Workload replicas = workload with { Server = Server.Replicas(4) };
        foreach (ProvedAllocation found in new[] { AllocationSolver.Solve(workload), AllocationSolver.Solve(replicas) })
        {
            Assert.Equal(ProofBasis.TestedConvexity, found.Basis);
            Assert.Contains("tested at 512 loads and is not proved between them", found.BasisSentence, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// The convexity that is tested at 512 loads is not seen to fail between them either: 64 random concave speeds, each at 20,000 loads
    /// up to 0.995 of φ(m), beyond which T_in″ of replicas, which is 0, drowns in rounding.
    /// </summary>
    [Fact]
    public void TimesOf_ConcaveSpeeds_AreConvexBetweenTheTestedLoads()
    {
        for (int number = 0; number < 64; number++)
        {
            Server server = QueueSetting.Draw(number).Workload.Server;
            for (int i = 0; i < 20_000; i++)
            {
                double load = 0.995 * server.FullSpeed * (i + 0.5) / 20_000;
                ServerTimes at = ServerTimes.Of(server, 1, load);
                double rounding = 1e-9 * at.InService.First / server.FullSpeed;
                Assert.True(at.InService.Second >= -rounding, $"T_in of {server.Slots} slots at {load}");
                Assert.True(at.PerSquare.Second >= 0, $"h of {server.Slots} slots at {load}");
            }
        }
    }
}
