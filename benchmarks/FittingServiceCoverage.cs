using System.Globalization;
using Calibration.Fitting;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>Coverage of t0 and c, size of the curvature test and share of flagged outliers on synthetic latency passes.</summary>
internal static class FittingServiceCoverage
{
    private static readonly (string Name, ServiceTimeLine Truth, int Largest)[] Tasks =
    [
        ("aime", new(0.138, 0.012), 16384), ("gsm8k", new(0.1459, 0.0141), 2048), ("gpqa", new(0.1674, 0.0126), 8192),
        ("cruxeval", new(0.0176, 0.0124), 8192), ("bbh", new(0.2073, 0.0127), 4096), ("arc", new(0.0581, 0.0119), 256),
    ];

    public static int Run(string[] args)
    {
        if (args is ["honest", .. string[] rest])
            return Honest(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 2000);
        int experiments = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
        foreach ((int traces, double shared, double point, double absolute) in new[]
        {
            (10, 0.015, 0.0, 0.003), (10, 0.0, 0.015, 0.003), (10, 0.01, 0.01, 0.003), (10, 0.02, 0.002, 0.0005), (20, 0.015, 0.005, 0.003),
            (5, 0.015, 0.005, 0.003),
        })
        {
            Console.WriteLine(
                $"{traces} + 1 traces, noise {100 * shared} % a trace, {100 * point} % a point, {1000 * absolute} ms; {experiments} "
                    + $"experiments");
            foreach ((string name, ServiceTimeLine truth, int largest) in Tasks)
            {
                var fits = new ServiceTimeFit[experiments];
                Parallel.For(0, experiments, i => fits[i] = ServiceTimeFitter.Fit(
                    SyntheticServices.Draw(
                        truth, largest, traces, shared, point, absolute, new Xoshiro256StarStar((i * 104729) + 77, false))));
                double t0 = Cover(fits, f => f.T0Seconds, truth.T0Seconds), c = Cover(fits, f => f.SecondsPerToken, truth.SecondsPerToken);
                double w0 = fits.Select(f => f.T0Seconds.Interval).OfType<Interval>().Select(i => (i.High - i.Low) / 2).Average();
                double wc = fits.Select(f => f.SecondsPerToken.Interval).OfType<Interval>().Select(i => (i.High - i.Low) / 2).Average();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-9} t0 {t0,6:F2}% (±{1000 * w0:F2} ms)  c {c,6:F2}% (±{100 * wc / truth.SecondsPerToken:F2} %)  curvature "
                        + $"p<1% {100.0 * fits.Count(f => f.CurvaturePValue < 0.01) / experiments:F2}%  outliers "
                        + $"{100.0 * fits.Sum(f => f.Points.Count(p => p.Outlier)) / fits.Sum(f => f.Points.Count):F2}%  verdicts "
                        + $"{string.Join("/", Enum.GetValues<Verdict>().Select(v => fits.Count(f => f.Verdict == v)))}"));
            }
        }

        return 0;
    }

    /// <summary>
    /// Times that are slightly convex, c ℓ (1 + x ℓ/L), whose c is the slope at no thinking; and overheads that are skewed between
    /// problems, lognormal with σ = 0.8 and mean t0.
    /// </summary>
    private static int Honest(int experiments)
    {
        var truth = new ServiceTimeLine(0.138, 0.012);
        foreach (bool traces in new[] { true, false })
        {
            foreach (double convex in new[] { 0, 0.02, 0.05 })
            {
                Report(
                    $"{(traces ? "traces, 1 % each" : "no traces, 1 % per point")}, {100 * convex} % convex",
                    experiments,
                    truth,
                    random =>
                    [
                        .. SyntheticServices.Draw(truth, 4096, 10, traces ? 0.01 : 0, traces ? 0.005 : 0.01, 0.003, random)
                            .Select((o, i) =>
                                o with
                                {
                                    Cluster = traces ? o.Cluster : $"{i}",
                                    Seconds = o.Seconds + (truth.SecondsPerToken * o.Tokens * convex * o.Tokens / 4096),
                                }),
                    ]);
            }
        }

        foreach (int count in new[] { 10, 20, 40 })
            Report($"{count} + 1 traces, overheads lognormal 0.8", experiments, truth, random => Skewed(truth, count, random));
        return 0;
    }

    private static List<ServiceObservation> Skewed(ServiceTimeLine truth, int traces, Xoshiro256StarStar random)
    {
        List<ServiceObservation> times = SyntheticServices.Draw(truth, 4096, traces, 0.005, 0.002, 0.001, random);
        Dictionary<string, double> extra = times.Select(o => o.Cluster).Distinct().ToDictionary(
            trace => trace, _ => truth.T0Seconds * (Math.Exp((0.8 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)) - 0.32)
                - 1));
        return [.. times.Select(o => o with { Seconds = o.Seconds + extra[o.Cluster] })];
    }

    private static void Report(string name, int experiments, ServiceTimeLine truth, Func<Xoshiro256StarStar, List<ServiceObservation>> draw)
    {
        var fits = new ServiceTimeFit[experiments];
        Parallel.For(0, experiments, i => fits[i] = ServiceTimeFitter.Fit(draw(new Xoshiro256StarStar((i * 104729) + 77, false))));
        double t0 = Cover(fits, f => f.T0Seconds, truth.T0Seconds), c = Cover(fits, f => f.SecondsPerToken, truth.SecondsPerToken);
        double width =
            fits.Select(f => f.SecondsPerToken.Interval).OfType<Interval>().Average(i => (i.High - i.Low) / 2) / truth.SecondsPerToken;
        double warned = 100.0 * fits.Count(f => f.OverheadSkewness is not null) / experiments;
        double either =
            100.0 * fits.Count(f => f.OverheadSkewness is not null || (f.T0Seconds.Interval?.Contains(truth.T0Seconds) ?? true))
                / experiments;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-42} t0 {t0,6:F2}%  c {c,6:F2}% (±{100 * width:F2} %)  skewness seen {warned:F1}%  t0 covered or skewness seen "
                + $"{either:F2}%  influences {fits.Average(f => f.Influences.Count):F3}  rejected "
                + $"{fits.Count(f => f.Verdict == Verdict.LackOfFit)}"));
    }

    private static double Cover(ServiceTimeFit[] fits, Func<ServiceTimeFit, ParameterEstimate> parameter, double truth)
    {
        Interval[] intervals = [.. fits.Select(f => parameter(f).Interval).OfType<Interval>()];
        return 100.0 * intervals.Count(i => i.Contains(truth)) / intervals.Length;
    }
}
