using Calibration.Calibrate;

namespace Calibration.Tests.Calibrate;

/// <summary>One invocation of the command line, with what it printed.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    internal static Task<CommandRun> OfAsync(params string[] arguments) => OfAsync(TimeProvider.System, arguments);

    internal static async Task<CommandRun> OfAsync(TimeProvider clock, params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await CommandLine.InvokeAsync(arguments, output, error, clock, Xunit.TestContext.Current.CancellationToken);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
