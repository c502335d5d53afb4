using System.CommandLine;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>The verbs. Exit codes: 0 done, 1 the endpoint or the disk failed, 2 a wrong option or input, 130 interrupted.</summary>
public static class CommandLine
{
    /// <summary>Parses and runs one command.</summary>
    public static async Task<int> InvokeAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(error);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };
        try
        {
            return await Root(output, error).Parse(arguments).InvokeAsync(configuration, cancellationToken);
        }
        catch (Exception fault) when (fault is UserFault or DatasetException or DirectoryNotFoundException or InvalidDataException)
        {
            return await FailAsync(error, fault.Message, 2);
        }
        catch (Exception fault) when (fault is EndpointException or IOException or UnauthorizedAccessException)
        {
            return await FailAsync(error, fault.Message, 1);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(error, "Interrupted.", 130);
        }
    }

    private static async Task<int> FailAsync(TextWriter error, string message, int code)
    {
        await error.WriteLineAsync(message);
        return code;
    }

    private static RootCommand Root(TextWriter output, TextWriter log)
    {
        var options = new RunOptions();
        var root = new RootCommand("Calibration measures a reasoning model's accuracy and service time at enforced thinking budgets, fits both, and finds the budgets that maximise J = α·accuracy − mean system time.");
        var measure = new Command("measure", "Measure only: accuracy and service times into a fresh run folder.");
        foreach (Option option in options.All())
            measure.Add(option);
        measure.SetAction(async (parsed, cancelled) =>
        {
            RunFolder folder = await new MeasureStage(options, log, TimeProvider.System).RunAsync(parsed, cancelled);
            await output.WriteLineAsync(folder.Path);
            return 0;
        });
        root.Add(measure);
        return root;
    }
}
