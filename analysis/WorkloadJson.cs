using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>
/// <c>workload.json</c>: arrivals, server, and per task its share, accuracy shape, service times and natural lengths. Fields that it
/// does not know are ignored. What is written is read back as the same workload.
/// </summary>
public static class WorkloadJson
{
    private const double LargestNumber = 1e9;
    private const double ShareTolerance = 1e-6;

    /// <summary>Reads a workload.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <exception cref="WorkloadFormatException">The content is malformed.</exception>
    public static Workload Read(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException fault)
        {
            throw new WorkloadFormatException($"{file} is no JSON: {fault.Message}");
        }

        using (document)
        {
            var root = new WorkloadField(document.RootElement, file, "the workload");
            ImmutableArray<TaskModel> tasks = [.. root.Items("tasks").Select((task, k) => TaskOf(root.Within(task, $"task {k + 1}")))];
            if (tasks.IsEmpty)
                throw root.Fault("tasks", "is empty: give at least one task");
            if (tasks.GroupBy(task => task.Task).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw root.Fault("tasks", $"names the task {twice.Key} twice");
            double sum = tasks.Sum(task => task.Probability);
            if (!(Math.Abs(sum - 1) <= ShareTolerance))
                throw root.Fault("tasks", FormattableString.Invariant($"has probabilities that sum to {sum}: they must sum to 1"));
            return new Workload(
                root.Number("arrival_rate_per_s", 1e-12, 1e6), root.Number("accuracy_weight_s", 1e-12, LargestNumber), tasks)
            {
                Server = root.Object("server") is { } server ? ServerOf(server) : Server.OneAtATime,
            };
        }
    }

    /// <summary>Reads a server: <c>{"speed": [φ(1), …, φ(m)]}</c> or <c>{"replicas": N}</c>.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <exception cref="WorkloadFormatException">The content is malformed.</exception>
    public static Server ReadServer(string text, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return ServerOf(new WorkloadField(document.RootElement, file, "the server"));
        }
        catch (JsonException fault)
        {
            throw new WorkloadFormatException($"{file} is no JSON: {fault.Message}");
        }
    }

    /// <summary>The file's content for a workload; <see cref="Read"/> gives the same workload back.</summary>
    public static string Write(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var root = new JsonObject
        {
            ["arrival_rate_per_s"] = workload.ArrivalRatePerSecond,
            ["accuracy_weight_s"] = workload.AccuracyWeightSeconds,
        };
        if (!workload.Server.IsOneAtATime || workload.Server.IsReplicas)
        {
            root["server"] = workload.Server.IsReplicas
                ? new JsonObject { ["replicas"] = workload.Server.Slots }
                : new JsonObject { ["speed"] = Numbers(workload.Server.Speed) };
        }

        root["tasks"] = new JsonArray([.. workload.Tasks.Select(Written)]);
        return root.ToJsonString(ResultsJson.Document) + "\n";
    }

    private static Server ServerOf(WorkloadField server)
    {
        if (server.Has("replicas"))
        {
            double replicas = server.Number("replicas", 1, 100_000);
            return replicas == Math.Floor(replicas) ? Server.Replicas((int)replicas) : throw server.Fault("replicas", "is not an integer");
        }

        ImmutableArray<double> speed = server.Numbers("speed", 0);
        return Server.FaultIn(speed.AsSpan()) is { } fault
            ? throw server.Fault("speed", $"is wrong: {fault.TrimEnd('.')}")
            : Server.Shared(speed);
    }

    private static TaskModel TaskOf(WorkloadField unnamed)
    {
        string name = unnamed.Text("task");
        WorkloadField task = unnamed.Named($"task {name}");
        AccuracyShape shape = ShapeOf(task.Required("accuracy"));
        WorkloadField service = task.Required("service");
        double deviation = service.Optional("sigma_s", LargestNumber);
        double largest = task.Number("max_budget_tokens", 0, int.MaxValue);
        bool isMeasured = service.Has("points");
        var model = new TaskModel(
            name,
            task.Number("probability", 1e-12, 1),
            shape,
            isMeasured
                ? new ServiceTimeLine(0, 1)
                : new ServiceTimeLine(service.Number("t0_s", 0, LargestNumber), service.Number("c_s_per_token", 1e-15, LargestNumber)),
            largest)
        {
            ServiceVariance = deviation * deviation,
            RelativeSigma = service.Optional("relative_sigma", LargestNumber),
            Natural = task.Has("natural_tokens") ? new NaturalLengths(task.Numbers("natural_tokens", 0)) : null,
            MeasuredServices = isMeasured ? MeasuredOf(service, shape) : [],
            Beyond = task.Has("beyond") ? BeyondOf(task, shape, largest) : [],
        };
        return model.MinBudgetTokens <= largest
            ? model
            : throw task.Fault(
                "max_budget_tokens", FormattableString.Invariant($"is below the task's smallest budget, {model.MinBudgetTokens}"));
    }

    private static ImmutableArray<BudgetAccuracy> BeyondOf(WorkloadField task, AccuracyShape shape, double largest)
    {
        if (double.IsFinite(shape.LargestBudget) && shape.LargestBudget > largest)
            throw task.Fault("beyond", "can be used only where max_budget_tokens cuts no point off");
        ImmutableArray<BudgetAccuracy> points = [.. task.Rows("beyond", 2).Select(row => new BudgetAccuracy(row[0], row[1]))];
        if (points.Any(point => point.Accuracy is < 0 or > 1))
            throw task.Fault("beyond", "has an accuracy outside 0 to 1");
        bool isAscending = points.Zip(points.Skip(1)).All(pair => pair.First.BudgetTokens < pair.Second.BudgetTokens);
        return isAscending && points[0].BudgetTokens > largest
            ? points
            : throw task.Fault("beyond", "must have budgets above max_budget_tokens, in ascending order");
    }

    private static AccuracyShape ShapeOf(WorkloadField accuracy)
    {
        string shape = accuracy.Text("shape");
        if (shape is "interpolated" or "points")
        {
            ImmutableArray<BudgetAccuracy> points = [.. accuracy.Rows("points", 2).Select(row => new BudgetAccuracy(row[0], row[1]))];
            if (points.Any(point => point.Accuracy is < 0 or > 1))
                throw accuracy.Fault("points", "has an accuracy outside 0 to 1");
            return shape == "points" ? new PointAccuracy(points) : new InterpolatedAccuracy(points);
        }

        if (shape is not ("exponential" or "hill"))
            throw accuracy.Fault("shape", $"is \"{shape}\": it must be exponential, hill, interpolated or points");
        double gain = accuracy.Number("A", 0, 1), floor = accuracy.Number("D", 0, 1);
        if (gain + floor > 1 + 1e-9)
            throw accuracy.Fault("A", "and D sum to more than 1");
        return shape == "exponential"
            ? new ExponentialAccuracy(gain, accuracy.Number("b", 1e-12, 1e6), floor)
            : new HillAccuracy(gain, accuracy.Number("h", 1e-9, LargestNumber), accuracy.Number("s", 1e-6, 1e3), floor);
    }

    private static ImmutableArray<MeasuredService> MeasuredOf(WorkloadField service, AccuracyShape shape)
    {
        if (shape is not PointAccuracy points)
            throw service.Fault("points", "can be used only where the accuracy's shape is points");
        ImmutableArray<MeasuredService> measured =
            [.. service.Rows("points", 3).Select(row => new MeasuredService(row[0], row[1], row[2]))];
        if (measured.Any(at => at.MeanSeconds < 0 || at.VarianceSeconds2 < 0))
            throw service.Fault("points", "has a mean or a variance below 0");
        foreach (BudgetAccuracy point in points.Points)
        {
            if (measured.All(at => at.BudgetTokens != point.BudgetTokens))
                throw service.Fault("points", FormattableString.Invariant($"has no row for the budget {point.BudgetTokens}"));
        }

        return measured;
    }

    private static JsonObject Written(TaskModel task)
    {
        var written = new JsonObject
        {
            ["task"] = task.Task,
            ["probability"] = task.Probability,
            ["accuracy"] = Written(task.Accuracy),
            ["service"] = task.MeasuredServices.IsEmpty ? Line(task) : new JsonObject
            {
                ["points"] = Rows(task.MeasuredServices.Select(at => (double[])[at.BudgetTokens, at.MeanSeconds, at.VarianceSeconds2])),
            },
            ["max_budget_tokens"] = task.MaxBudgetTokens,
        };
        if (!task.Beyond.IsEmpty)
            written["beyond"] = Rows(task.Beyond.Select(point => (double[])[point.BudgetTokens, point.Accuracy]));
        if (task.Natural is { } natural)
            written["natural_tokens"] = Numbers(natural.Tokens);
        return written;
    }

    private static JsonObject Line(TaskModel task)
    {
        var line = new JsonObject { ["t0_s"] = task.Service.T0Seconds, ["c_s_per_token"] = task.Service.SecondsPerToken };
        if (task.ServiceVariance > 0)
            line["sigma_s"] = Math.Sqrt(task.ServiceVariance);
        if (task.RelativeSigma > 0)
            line["relative_sigma"] = task.RelativeSigma;
        return line;
    }

    private static JsonObject Written(AccuracyShape shape) => shape switch
    {
        ExponentialAccuracy curve => new() { ["shape"] = curve.Name, ["A"] = curve.A, ["b"] = curve.B, ["D"] = curve.D },
        HillAccuracy curve => new() { ["shape"] = curve.Name, ["A"] = curve.A, ["h"] = curve.H, ["s"] = curve.S, ["D"] = curve.D },
        InterpolatedAccuracy curve => new()
        {
            ["shape"] = curve.Name,
            ["points"] = Rows(curve.Points.Select(point => (double[])[point.BudgetTokens, point.Accuracy])),
        },
        PointAccuracy points => new()
        {
            ["shape"] = points.Name,
            ["points"] = Rows(points.Points.Select(point => (double[])[point.BudgetTokens, point.Accuracy])),
        },
        _ => throw new ArgumentException($"The shape {shape.Name} has no form in a workload file."),
    };

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static JsonArray Rows(IEnumerable<double[]> rows) => new([.. rows.Select(row => (JsonNode)Numbers(row))]);
}
