using System.Globalization;
using System.Text.RegularExpressions;
using Calibration.Fitting.Statistics;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed partial class LeastSquaresTests
{
    private static readonly Dictionary<string, (Func<IReadOnlyList<double>, double, double> F, Func<IReadOnlyList<double>, double,
        double[]> J)> Models = new()
        {
            ["Misra1a"] = (Saturation, SaturationSlopes),
            ["BoxBOD"] = (Saturation, SaturationSlopes),
            ["Misra1b"] = (
            (b, x) => b[0] * (1 - Math.Pow(1 + (b[1] * x / 2), -2)),
            (b, x) => [1 - Math.Pow(1 + (b[1] * x / 2), -2), b[0] * x * Math.Pow(1 + (b[1] * x / 2), -3)]),
            ["Chwirut2"] = (
            (b, x) => Math.Exp(-b[0] * x) / (b[1] + (b[2] * x)),
            (b, x) =>
            {
                double f = Math.Exp(-b[0] * x) / (b[1] + (b[2] * x));
                return [-x * f, -f / (b[1] + (b[2] * x)), -x * f / (b[1] + (b[2] * x))];
            }
            ),
            ["MGH17"] = (
            (b, x) => b[0] + (b[1] * Math.Exp(-x * b[3])) + (b[2] * Math.Exp(-x * b[4])),
            (b, x) => [1, Math.Exp(-x * b[3]), Math.Exp(-x * b[4]), -x * b[1] * Math.Exp(-x * b[3]), -x * b[2] * Math.Exp(-x * b[4])]),
            ["Norris"] = ((b, x) => b[0] + (b[1] * x), (_, x) => [1, x]),
        };

    [Theory]
    [InlineData("Misra1a", 0)]
    [InlineData("Misra1a", 1)]
    [InlineData("Misra1b", 0)]
    [InlineData("Misra1b", 1)]
    [InlineData("BoxBOD", 0)]
    [InlineData("BoxBOD", 1)]
    [InlineData("Chwirut2", 0)]
    [InlineData("Chwirut2", 1)]
    [InlineData("MGH17", 0)]
    [InlineData("MGH17", 1)]
    [InlineData("Norris", 0)]
    public void Fit_CertifiedData_AgreesWithNist(string name, int start)
    {
        NistData data = NistData.Load(SharedFiles.Path("reference/nist.md"), name);

        LeastSquaresFit? fit = LeastSquares.Fit(
            new LeastSquaresProblem(Models[name].F, Models[name].J, data.X, data.Y), data.Starts[start]);

        Assert.NotNull(fit);
        double parameters = fit.Parameters.Select((p, k) => Digits(p, data.Certified[k])).Min();
        double errors = fit.StandardErrors!.Select((p, k) => Digits(p, data.Deviations[k])).Min();
        TestContext.Current.TestOutputHelper?.WriteLine($"{name} start {start + 1}: {parameters:F1} digits, standard errors {errors:F1}");
        Assert.True(parameters >= 8, $"{name}: {parameters:F2} digits in the parameters");
        Assert.True(errors >= 7, $"{name}: {errors:F2} digits in the standard errors");
    }

    [Fact]
    public void Fit_CollinearParameters_HasNoStandardErrors()
    {
        double[] x = [1, 2, 3, 4, 5], y = [1, 2, 3, 4, 5.5];

        LeastSquaresFit? fit = LeastSquares.Fit(
            new LeastSquaresProblem((b, t) => (b[0] + b[1]) * t, (_, t) => [t, t], x, y), [0.1, 0.1]);

        Assert.True(fit is null || fit.StandardErrors is null);
    }

    private static double Digits(double value, double certified) =>
        Math.Min(11, -Math.Log10(Math.Abs(value - certified) / Math.Abs(certified)));

    private static double Saturation(IReadOnlyList<double> b, double x) => -b[0] * double.ExpM1(-b[1] * x);

    private static double[] SaturationSlopes(IReadOnlyList<double> b, double x) =>
        [-double.ExpM1(-b[1] * x), b[0] * x * Math.Exp(-b[1] * x)];

    private sealed partial record NistData(double[] X, double[] Y, double[][] Starts, double[] Certified, double[] Deviations)
    {
        public static NistData Load(string path, string name)
        {
            string text = File.ReadAllText(path);
            int from = text.IndexOf("## " + name + "\n", StringComparison.Ordinal), to = text.IndexOf(
                "\n## ", from + 3, StringComparison.Ordinal);
            string section = text[from..(to < 0 ? text.Length : to)];
            double[][] parameters =
            [
                .. Parameter().Matches(section).Select(m => m.Groups[1].Captures.Select(c => Number(c.Value)).ToArray()),
            ];
            string rows = section[section.LastIndexOf("Data:", StringComparison.Ordinal)..];
            double[][] data = [.. Row().Matches(rows).Select(m => new[] { Number(m.Groups[1].Value), Number(m.Groups[2].Value) })];
            bool line = parameters[0].Length == 2;
            return new NistData(
                [.. data.Select(d => d[1])], [.. data.Select(d => d[0])],
                line ? [[1, 1]] : [[.. parameters.Select(p => p[0])], [.. parameters.Select(p => p[1])]],
                [.. parameters.Select(p => p[^2])], [.. parameters.Select(p => p[^1])]);
        }

        private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

        [GeneratedRegex(@"^ +[bB]\d +=?(?: +(-?[\d.]+(?:E[+-]\d+)?)){2,4} *$", RegexOptions.Multiline)]
        private static partial Regex Parameter();

        [GeneratedRegex(@"^ +(-?[\d.]+(?:E[+-]?\d+)?) +(-?[\d.]+(?:E[+-]?\d+)?) *$", RegexOptions.Multiline)]
        private static partial Regex Row();
    }
}
