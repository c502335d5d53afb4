using Calibration.Benchmarks;

return args switch
{
    ["coverage", .. string[] rest] => FittingCoverage.Run(rest),
    ["lack-of-fit-size", .. string[] rest] => FittingLackOfFitSize.Run(rest),
    ["service-coverage", .. string[] rest] => FittingServiceCoverage.Run(rest),
    ["generated-tokens"] => GeneratedTokens.Run(),
    ["soak", .. string[] rest] => await Soak.RunAsync(rest),
    ["idle-share"] => await IdleShare.RunAsync(),
    ["fixed-stub", string url] => await FixedStub.RunAsync(new Uri(url)),
    ["fuzz", .. string[] rest] => await Fuzz.RunAsync(rest),
    ["fitting"] => FittingTimings.Run(),
    ["optimizer"] => OptimizerTimings.Solver(),
    ["simulation"] => OptimizerTimings.Simulation(),
    ["optimizer-bdn"] => OptimizerBenchmarks.Run(),
    ["decision"] => OptimizerTimings.Decision(),
    ["decision-coverage", .. string[] rest] => DecisionCoverage.Run(rest),
    ["comparison-coverage", .. string[] rest] => ComparisonCoverage.Run(rest),
    ["decision-loss", .. string[] rest] => DecisionLoss.Run(rest),
    ["formula-error", .. string[] rest] => FormulaError.Run(rest),
    ["solver-times", .. string[] rest] => SolverTimes.Run(rest),
    ["display"] => DisplayCost.Run(),
    ["compaction", .. string[] rest] => await Compaction.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "usage: coverage [EXPERIMENTS [CORRELATION]] [wls] [problems=N] | lack-of-fit-size [EXPERIMENTS] | service-coverage [EXPERIMENTS] "
            + "| generated-tokens | soak [TRIALS] | idle-share | fixed-stub URL | fuzz [RESPONSES] | fitting | optimizer | optimizer-bdn | "
            + "simulation | decision | decision-coverage [EXPERIMENTS [REPLICATES [THREADS [SCENARIO]]]] | "
            + "comparison-coverage [PAIRS [REPLICATES [THREADS [TRUTH]]]] | "
            + "decision-loss [SETS [THREADS [SCENARIO]]] | formula-error [SETTINGS [QUERIES [THREADS]]] | "
            + "solver-times [REPEATS] | display | compaction [TRIALS]");
    return 2;
}
