using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Calibrate.Verbs;
using Calibration.Calibrate.Verbs.Datasets;
using Calibration.Calibrate.Verbs.RunFolders;
using Calibration.Datasets;
using Calibration.Harness.Transport;

namespace Calibration.Calibrate;

/// <summary>
/// The verbs. Exit codes: 0 done, 1 the endpoint or the disk failed, 2 a wrong option or input, 3 done without a task whose trials are
/// missing, 130 interrupted.
/// </summary>
public static class CommandLine
{
    /// <summary>Parses and runs one command.</summary>
    public static async Task<int> InvokeAsync(
        string[] arguments, TextWriter output, TextWriter error, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(error);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            ParseResult parsed = Root(output, error, clock).Parse(arguments);
            if (UnknownWords.AboutVerb(parsed) is { } unknown)
                return await FailAsync(error, unknown, ExitCodes.WrongInput);
            return parsed.Errors.Count == 0
                ? await parsed.InvokeAsync(configuration, cancellationToken)
                : await FailAsync(error, UnknownWords.About(parsed), ExitCodes.WrongInput);
        }
        catch (Exception fault) when (fault is UserFault or AnalysisException or DatasetException or DirectoryNotFoundException
            or InvalidDataException)
        {
            return await FailAsync(error, fault.Message, ExitCodes.WrongInput);
        }
        catch (Exception fault) when (fault is EndpointException or EndpointLostException or EndpointRefusedException or IOException
            or UnauthorizedAccessException)
        {
            return await FailAsync(error, fault.Message, ExitCodes.Failed);
        }
        catch (UnfinishedRun unfinished)
        {
            return await FailAsync(error, unfinished.Message, unfinished.ExitCode);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(error, "Interrupted.", Interruption.ExitCode);
        }
    }

    private static async Task<int> FailAsync(TextWriter error, string message, int code)
    {
        await error.WriteLineAsync(OptionNames.In(message));
        return code;
    }

    /// <summary>The whole command line.</summary>
    internal static RootCommand Root(TextWriter output, TextWriter log, TimeProvider clock)
    {
        var run = new RunVerb(output, log, clock);
        var root = new RootCommand(
            """
            Calibration measures a reasoning model's accuracy and service time at enforced thinking budgets, fits both, and
            finds the budgets that maximise J = α·accuracy − mean system time. Without a verb it does all of it (run).
            Exit codes: 0 done, 1 the endpoint or the disk failed, 2 a wrong option or input, 3 done, but a task was excluded for
            missing data, 130 interrupted.
            """);
        run.AddTo(root);
        Command[] verbs =
        [
            run.Run(),
            run.Measure(),
            new PlanVerb(output, log, clock).Command(),
            new FitVerb(output).Command(),
            new AllocateVerb(output, log).Command(),
            new SimulateVerb(output, log).Command(),
            new FiguresVerb(output, log).Command(),
            new ReportVerb(output, log).Command(),
            new ShowVerb(output, log, clock).Command(),
            new ExportVerb(output, log, clock).Command(),
            new CompareVerb(output, log).Command(),
            new DoctorVerb(output).Command(),
            new RegradeVerb(output, log).Command(),
            new MergeVerb(output, log).Command(),
            new EndpointVerb(output).Command(),
            new ProbeVerb(output, log, clock).Command(),
            new DatasetVerbs(output, log, clock).Datasets(),
        ];
        foreach (Command verb in verbs)
            root.Add(verb);
        NumericOptions.ReadStrictly(root);
        return root;
    }
}
