using System.Collections.Immutable;

namespace Calibration.Results;

/// <summary>
/// Everything that a run was asked for, as its manifest stores it. An interrupted run resumes by this record alone. It holds no secret.
/// </summary>
public sealed record RunSettings
{
    /// <summary>How the model is reached.</summary>
    public EndpointSettings Endpoint { get; init; } = new();

    /// <summary>Which problems are asked.</summary>
    public ProblemSettings Problems { get; init; } = new();

    /// <summary>How they are asked.</summary>
    public RunPlan Plan { get; init; } = new();

    /// <summary>Budgets for all tasks or for one; tasks without any have their default grid.</summary>
    public ImmutableArray<BudgetSetting> Budgets { get; init; } = [];

    /// <summary>Budgets that were added after the run had begun.</summary>
    public ImmutableArray<BudgetSetting> AddedBudgets { get; init; } = [];

    /// <summary>The operating point of the run's first allocation.</summary>
    public OperatingPoint Point { get; init; } = new();

    /// <summary>The user's own name for the model; absent where none was given.</summary>
    public string? Label { get; init; }

    /// <summary>Hours after which no new trace is started; absent where there is no such limit.</summary>
    public double? Hours { get; init; }

    /// <summary>Local time of day, as HH:MM, after which no new trace is started; absent where there is no such limit.</summary>
    public string? Deadline { get; init; }

    /// <summary>Shapes of accuracy that the user named, as <c>TASK=SHAPE</c>; the data choose the others.</summary>
    public ImmutableArray<string> Shapes { get; init; } = [];

    /// <summary>Whether tasks are fitted although more than 5 % of their trials at a budget are excluded.</summary>
    public bool AcceptMissing { get; init; }
}

/// <summary>How the model is reached.</summary>
public sealed record EndpointSettings
{
    /// <summary>Addresses of the servers; empty for the embedded endpoint.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>The model's name on the server; absent where the server has only one.</summary>
    public string? Model { get; init; }

    /// <summary>Environment variable that holds the API key; absent where none is used.</summary>
    public string? ApiKeyEnv { get; init; }

    /// <summary>File that holds the API key; absent where none is used.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>Name or file of the profile of the model's thinking; absent where it is detected.</summary>
    public string? Profile { get; init; }

    /// <summary>Context length in tokens, for servers that do not report it.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Seconds for which a stream may be silent, above 0.</summary>
    public double IdleLimitSeconds { get; init; } = 120;

    /// <summary>Minutes for which measuring waits for an endpoint that is down, 0 or more.</summary>
    public double DownLimitMinutes { get; init; } = 60;

    /// <summary>File with the hidden truth of the embedded endpoint; absent for the paper's.</summary>
    public string? Truth { get; init; }

    /// <summary>Whether the embedded endpoint takes its simulated times in real time.</summary>
    public bool Paced { get; init; }
}

/// <summary>Which problems are asked.</summary>
public sealed record ProblemSettings
{
    /// <summary>Folder with the benchmarks' files; absent for the default place.</summary>
    public string? Data { get; init; }

    /// <summary>Whether the product's own sample problems are asked, whatever the endpoint.</summary>
    public bool Samples { get; init; }

    /// <summary>The benchmarks; absent for all six.</summary>
    public ImmutableArray<string>? Datasets { get; init; }

    /// <summary>The user's own tasks.</summary>
    public ImmutableArray<TaskFileSetting> OwnTasks { get; init; } = [];

    /// <summary>Years of the AIME problems, as in <c>2024-2025</c>; absent for all, also those whose year is unknown.</summary>
    public string? Years { get; init; }

    /// <summary>Problems per task, at least 1.</summary>
    public int Items { get; init; } = 250;
}

/// <summary>A task of the user's own.</summary>
/// <param name="Task">Its name.</param>
/// <param name="File">File with its problems, one JSON object per line.</param>
public sealed record TaskFileSetting(string Task, string File);

/// <summary>Budgets of all tasks or of one.</summary>
/// <param name="Task">The task; absent for all.</param>
/// <param name="Budgets">Budgets in thinking tokens, ascending.</param>
public sealed record BudgetSetting(string? Task, ImmutableArray<int> Budgets)
{
    /// <summary>Whether the setting is for a task.</summary>
    public bool IsFor(string task) => Task is null || Task == task;

    /// <summary>As it is written on the command line: <c>0,64</c> or <c>gsm8k=0,64</c>.</summary>
    public override string ToString() => (Task is null ? "" : Task + "=") + string.Join(',', Budgets);
}

/// <summary>Where on the trade-off between accuracy and time an allocation is wanted; the paper's point by default.</summary>
public sealed record OperatingPoint
{
    /// <summary>Arrival rate λ of all queries, per second.</summary>
    public double ArrivalRatePerS { get; init; } = 0.1;

    /// <summary>Accuracy weight α in J, in seconds.</summary>
    public double AccuracyWeightS { get; init; } = 30;

    /// <summary>Largest allowed budget ℓ_max in thinking tokens.</summary>
    public int MaxBudgetTokens { get; init; } = 32_768;

    /// <summary>Shares of the tasks, which sum to 1; empty for equal shares.</summary>
    public ImmutableSortedDictionary<string, double> Shares { get; init; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);
}
