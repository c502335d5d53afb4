using System.CommandLine;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>simulate</c>: the queue at an allocation, simulated beside the formulas.</summary>
internal sealed class SimulateVerb(TextWriter output, TextWriter log)
{
    private readonly Argument<string?> _run = RunArguments.OptionalRun();
    private readonly Option<string?> _workload = RunArguments.Workload();
    private readonly Option<bool> _json = RunArguments.Json();
    private readonly OperatingPointOptions _point = new();

    private readonly Option<string?> _budgets = new("--budgets")
    {
        Description =
            "One budget per task, in the order of the workload file or of the run's allocation: 0,341,0,0,346,30. Default for a run: "
            + "its allocation.",
        HelpName = "LIST",
    };

    private readonly Option<int> _queries = new("--queries")
    {
        Description = "Queries per replication, after the warm-up.",
        HelpName = "N",
        DefaultValueFactory = _ => 10_000,
    };

    private readonly Option<int> _replications = new("--replications")
    {
        Description = "Independent replications, at least 2.",
        HelpName = "N",
        DefaultValueFactory = _ => 200,
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of all draws.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    internal Command Command()
    {
        var command = new Command(
            "simulate",
            "Simulate the queue at a run's allocation, or at given budgets of a workload, and compare it with the formulas (Pollaczek and "
            + "Khinchine).")
        {
            _run, _workload, _budgets, _queries, _replications, _seed, _json, _point.ArrivalRate,
        };
        _point.ArrivalRate.Description = "With --workload: arrival rate λ, queries of all tasks per second.";
        command.SetAction(async (parsed, cancelled) =>
        {
            if (parsed.GetValue(_queries) < 1 || parsed.GetValue(_replications) < 2)
                throw new UserFault("--queries must be at least 1 and --replications at least 2.");
            QueueCase queue = parsed.GetValue(_workload) is { } file ? OfFile(file, parsed) : await OfRunAsync(parsed, cancelled);
            QueueReport report = QueueStudy.Run(
                queue.Workload,
                queue.Budgets.AsSpan(),
                new SimulationOptions
                {
                    Queries = parsed.GetValue(_queries),
                    Replications = parsed.GetValue(_replications),
                    Seed = parsed.GetValue(_seed),
                },
                queue.Measurements,
                cancelled);
            if (parsed.GetValue(_json))
            {
                QueueReportText.WriteJson(report, output);
                return 0;
            }

            QueueReportText.Write(report, queue.Source, output);
            Ending.Next(log, parsed.GetValue(_workload) is { } workload
                ? $"calibrate allocate --workload {workload}"
                : $"calibrate report {parsed.GetValue(_run)} --open");
            return 0;
        });
        return command;
    }

    private QueueCase OfFile(string file, ParseResult parsed)
    {
        if (parsed.GetValue(_run) is { } path)
            throw new UserFault($"{path} has no effect with --workload: leave it out, and separate lists with commas.");
        Workload workload = WorkloadFile.Read(file, _point.Read(parsed) with { MaxBudgetTokens = int.MaxValue });
        string budgets = parsed.GetValue(_budgets) ?? throw new UserFault("--workload needs --budgets, one per task.");
        return QueueCase.Of(workload, [.. budgets.Split(',').Select(Budget)], file);
    }

    private async Task<QueueCase> OfRunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (WithoutEffect.FirstOf(parsed, _replications, _queries, _seed, _json, _budgets) is { } idle)
        {
            throw new UserFault(
                $"{idle} has no effect without --workload: the queue is simulated at the folder's operating point. For another, "
                    + "give calibrate allocate RUN its options, and simulate the folder that it names.");
        }

        PointFolder place = PointFolder.Open(
            parsed.GetValue(_run) ?? throw new UserFault("Name a run folder, or a workload with --workload FILE."));
        if (parsed.GetValue(_budgets) is not { } budgets)
            return await QueueCase.OfAsync(place, cancellationToken);
        Workload workload = WorkloadFile.Read(place.In("workload.json"), new OperatingPoint());
        return QueueCase.Of(workload, [.. budgets.Split(',').Select(Budget)], place.Path);
    }

    private static double Budget(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value)
            ? value
            : throw new UserFault($"--budgets has \"{text}\": give numbers of tokens that are 0 or more.");
}
