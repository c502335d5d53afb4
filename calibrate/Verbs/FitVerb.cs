using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>fit</c>: both models, of a run or of points from elsewhere.</summary>
internal sealed class FitVerb(TextWriter output)
{
    private readonly Argument<string?> _run = RunArguments.OptionalRun();
    private readonly Option<bool> _acceptMissing = new RunOptions().AcceptMissing;
    private readonly Option<string[]> _shape = new RunOptions().Shape;
    private readonly Option<bool> _json = RunArguments.Json();

    private readonly Option<string?> _accuracy = new("--accuracy")
    {
        Description =
            "Fit points from elsewhere instead of a run: CSV with the header task,budget_tokens,n,correct or "
            + "task,problem,run,budget_tokens,correct.",
        HelpName = "POINTS.csv",
    };

    private readonly Option<string?> _service = new("--service")
    {
        Description =
            "Service times from elsewhere: CSV with the header task,tokens,service_s[,trace]. Times of one trace share their errors.",
        HelpName = "TIMES.csv",
    };

    private readonly Option<string> _method = new("--method")
    {
        Description =
            "ml: binomial maximum likelihood (reweighted nonlinear least squares). wls: nonlinear least squares, weighted once. nls: "
            + "unweighted, as in the paper.",
        HelpName = "ml|wls|nls",
        DefaultValueFactory = _ => "ml",
    };

    internal Command Command()
    {
        var command = new Command("fit", "Fit both models to a run's measurements (fits.json, Table I), or to points from elsewhere.")
        {
            _run, _accuracy, _service, _method, _acceptMissing, _shape, _json,
        };
        command.SetAction((parsed, cancelled) => parsed.GetValue(_run) is { } path
            ? FitRunAsync(path, parsed, cancelled)
            : Task.FromResult(FitFiles(parsed)));
        return command;
    }

    private async Task<int> FitRunAsync(string path, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_accuracy) is not null || parsed.GetValue(_service) is not null)
            throw new UserFault("Give a run folder, or files with --accuracy and --service, not both.");
        RunFolder folder = RunFolder.Open(path);
        var request = new FitRequest
        {
            Method = Method(parsed),
            AcceptMissing = parsed.GetValue(_acceptMissing),
            Shapes = OptionText.Shapes(parsed.GetValue(_shape) ?? []),
        };
        RunFits fits = await RunAnalysis.FitAsync(folder, request, cancellationToken);
        var place = new PointFolder(folder, "");
        await RunFiles.WriteTablesAsync(place, fits, allocation: null);
        if (parsed.GetValue(_json))
        {
            await output.WriteAsync(await File.ReadAllTextAsync(folder.In("fits.json"), cancellationToken));
            return ExitCodes.Of(fits);
        }

        Summary.Write(output, fits, allocation: null);
        Ending.Write(output, place, fits, allocation: null);
        return ExitCodes.Of(fits);
    }

    private int FitFiles(ParseResult parsed)
    {
        (string? points, string? times) = (parsed.GetValue(_accuracy), parsed.GetValue(_service));
        if (points is null && times is null)
            throw new UserFault("Name a run folder to fit, or a file with --accuracy or --service.");
        if (points is null && parsed.GetResult(_method) is { Implicit: false })
            throw new UserFault("--method has no effect without --accuracy: service times are fitted by weighted least squares.");
        FittedFiles fitted = Files.FitFiles.Fit(points, times, Method(parsed));
        if (parsed.GetValue(_json))
            Files.FitFiles.WriteJson(output, fitted);
        else
            Files.FitFiles.WriteText(output, fitted);
        return 0;
    }

    private FitMethod Method(ParseResult parsed) => parsed.GetValue(_method) switch
    {
        "ml" => FitMethod.MaximumLikelihood,
        "wls" => FitMethod.WeightedLeastSquares,
        "nls" => FitMethod.LeastSquares,
        var other => throw new UserFault($"--method is \"{other}\": it is ml, wls or nls."),
    };
}
