using Calibration.Benchmarks;

return args switch
{
    ["coverage", .. string[] rest] => FittingCoverage.Run(rest),
    ["fitting"] => FittingTimings.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: coverage [EXPERIMENTS [CORRELATION]] [wls] [problems=N] | lack-of-fit-size | fitting");
    return 2;
}
