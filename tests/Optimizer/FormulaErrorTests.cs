using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The formula of E[T] against simulation: a reduced form of <c>benchmarks formula-error</c>.</summary>
public sealed class FormulaErrorTests
{
    [Fact]
    public void MeanSystemTime_RandomServersAndLaws_IsThatOfTheSimulation()
    {
        string[] wrong =
        [
            .. from number in Enumerable.Range(1_000, 20)
               let setting = QueueSetting.Draw(number)
               let at = setting.Simulate(20_000, 10, threads: 2)
               where !setting.IsWithin(at)
               select FormattableString.Invariant(
                   $"setting {number}: load {setting.Load}, {setting.Law}: {at.Error:P2} ± {at.StandardError:P2}"),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }
}
