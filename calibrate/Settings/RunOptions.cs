using System.CommandLine;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>
/// The options of measuring, declared once for <c>run</c>, <c>measure</c> and the bare command. A property is named as the setting that
/// it sets, by which libraries name it in their faults.
/// </summary>
internal sealed class RunOptions
{
    internal Option<string[]> Endpoint { get; } = new("--endpoint")
    {
        Description =
            "Address of an OpenAI-compatible API, such as http://127.0.0.1:8000/v1 (vLLM, SGLang or llama.cpp). Repeat it for "
            + "several servers of one model, which then share the accuracy pass. Default: the embedded simulated endpoint.",
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<string?> Model { get; } = new("--model")
    {
        Description = "The model's name on the endpoint. Needed only where the endpoint serves several models.",
        HelpName = "NAME",
    };

    internal Option<string?> Label { get; } = new("--label")
    {
        Description =
            "Your own name for the model, shown in figures, tables, the report and the run's id. Default: its name on the endpoint, "
            + "without folders.",
        HelpName = "NAME",
    };

    internal Option<string?> ApiKeyEnv { get; } = new("--api-key-env")
    {
        Description = "Environment variable that holds the API key.",
        HelpName = "VAR",
    };

    internal Option<string?> ApiKeyFile { get; } = new("--api-key-file")
    {
        Description = "File that holds the API key.",
        HelpName = "FILE",
    };

    internal Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder with the benchmarks' published files (docs/datasets.md). Default: the files of calibrate datasets pull.",
        HelpName = "DIR",
    };

    internal Option<bool> Samples { get; } = new("--samples")
    {
        Description = "Use the product's own sample problems, also on a real endpoint. Every figure then says so.",
    };

    internal Option<string?> Datasets { get; } = new("--datasets")
    {
        Description = "Tasks to measure, separated by commas: aime gsm8k gpqa cruxeval bbh arc. Default: all six.",
        HelpName = "NAMES",
    };

    internal Option<string[]> Task { get; } = new("--task")
    {
        Description = "Your own task: a file with one JSON object {id, prompt, gold, kind} per line. May be repeated.",
        HelpName = "NAME=FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<string?> Years { get; } = new("--years")
    {
        Description =
            "Years of the AIME problems, such as 2024-2025. Problems of unknown year are then excluded. Default: all problems.",
        HelpName = "YEARS",
    };

    internal Option<int> Items { get; } = new("--items")
    {
        Description = "Problems per task, drawn by the seed.",
        HelpName = "N",
        DefaultValueFactory = _ => new ProblemSettings().Items,
    };

    internal Option<int> Runs { get; } = new("--runs")
    {
        Description = "Independent runs of every problem.",
        HelpName = "N",
        DefaultValueFactory = _ => new RunPlan().Runs,
    };

    internal Option<string[]> Budgets { get; } = new("--budgets")
    {
        Description =
            "Budgets in thinking tokens, for all tasks (0,64,256) or for one (aime=0,1024). May be repeated. Default: 0, each "
            + "task's largest budget, and this budget halved up to 8 times.",
        HelpName = "[TASK=]LIST",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<string> Semantics { get; } = new("--semantics")
    {
        Description = "exact: exactly ℓ thinking tokens; an early end is overridden. cap: at most ℓ.",
        HelpName = "exact|cap",
        DefaultValueFactory = _ => "exact",
    };

    internal Option<double> Temperature { get; } = new("--temperature")
    {
        Description = "Sampling temperature. The default is the paper's. Qwen3's model card recommends 0.6.",
        HelpName = "T",
        DefaultValueFactory = _ => SamplingSettings.Paper.Temperature,
    };

    internal Option<double> TopP { get; } = new("--top-p")
    {
        Description = "Sample from the most likely tokens whose probabilities sum to this.",
        HelpName = "P",
        DefaultValueFactory = _ => SamplingSettings.Paper.TopP,
    };

    internal Option<int> TopK { get; } = new("--top-k")
    {
        Description = "Sample from this many most likely tokens; 0 means all.",
        HelpName = "N",
        DefaultValueFactory = _ => SamplingSettings.Paper.TopK,
    };

    internal Option<double> MinP { get; } = new("--min-p")
    {
        Description = "Minimum probability of a token, relative to the most likely one.",
        HelpName = "P",
        DefaultValueFactory = _ => SamplingSettings.Paper.MinP,
    };

    internal Option<int> Seed { get; } = new("--seed")
    {
        Description = "Seed of the draw of problems and of all sampling.",
        HelpName = "N",
        DefaultValueFactory = _ => new RunPlan().Seed,
    };

    internal Option<int> Concurrency { get; } = new("--concurrency")
    {
        Description =
            "Maximum number of requests in flight per endpoint in the accuracy pass. Fewer are sent while the server is busy. "
            + "The latency pass sends one at a time. May be changed with --resume.",
        HelpName = "N",
        DefaultValueFactory = _ => RunPlan.DefaultConcurrency,
    };

    internal Option<double> IdleLimit { get; } = new("--idle-limit")
    {
        Description =
            "Seconds for which a stream may be silent. A whole response may take this long plus a time per token that depends on "
            + "the server's speed.",
        HelpName = "S",
        DefaultValueFactory = _ => new EndpointSettings().IdleLimitSeconds,
    };

    internal Option<double> DownLimit { get; } = new("--down-limit")
    {
        Description = "Minutes to wait for an endpoint that is down. After that the run ends and prints the command that resumes it.",
        HelpName = "MINUTES",
        DefaultValueFactory = _ => new EndpointSettings().DownLimitMinutes,
    };

    internal Option<int> LatencyItems { get; } = new("--latency-items")
    {
        Description = "Problems per task in the latency pass.",
        HelpName = "N",
        DefaultValueFactory = _ => new RunPlan().LatencyItems,
    };

    internal Option<string?> Profile { get; } = new("--profile")
    {
        Description =
            "How the model marks its thinking: qwen3, deepseek-r1, plain-text, or your own JSON file (docs/servers.md). "
            + "Default: detected from the tokenizer and the chat template.",
        HelpName = "NAME|FILE",
    };

    internal Option<string> PromptFormat { get; } = new("--prompt-format")
    {
        Description =
            "token-ids: prompts are sent as token ids, and budgets are exact. text: for servers that accept only text; "
            + "budgets are caps (--semantics cap), and each budget needs its own request.",
        HelpName = "token-ids|text",
        DefaultValueFactory = _ => "token-ids",
    };

    internal Option<int?> Context { get; } = new("--context")
    {
        Description = "The model's context length in tokens, for a text-only server that does not report it.",
        HelpName = "TOKENS",
    };

    internal Option<bool> Independent { get; } = new("--independent")
    {
        Description =
            "Generate a separate trace for every budget instead of cutting one trace. It costs more, but the answers are "
            + "independent.",
    };

    internal Option<bool> KeepText { get; } = new("--keep-text")
    {
        Description =
            "Also store the thinking as text, in thinking.parquet (one small request per answer). Thinking may quote the question: "
            + "remove that file before you publish the run.",
    };

    internal Option<string[]> Note { get; } = new("--note")
    {
        Description = "A fact that the client cannot see, kept in the manifest, such as gpu=\"A100 80GB\". May be repeated.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<string?> Truth { get; } = new("--truth")
    {
        Description =
            "Hidden truth of the embedded endpoint, as JSON: accuracy curves and natural lengths by task (docs/examples). "
            + "Default: the paper's.",
        HelpName = "FILE",
    };

    internal Option<bool> Pace { get; } = new("--pace")
    {
        Description = "Run the embedded endpoint in real time.",
    };

    internal Option<string> Out { get; } = new("--out")
    {
        Description = "Folder in which run folders are created.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine("results", "runs"),
    };

    internal Option<double?> Hours { get; } = new("--hours")
    {
        Description = "Start no new trace after this many hours; fit and draw what was measured. The run can be resumed.",
        HelpName = "H",
    };

    internal Option<string?> Deadline { get; } = new("--deadline")
    {
        Description = "Like --hours, but until a clock time: the next HH:MM, local time.",
        HelpName = "HH:MM",
    };

    internal Option<string?> Shard { get; } = new("--shard")
    {
        Description =
            "Measure only part I of N of the plan, such as 2/8, for job arrays. The first part measures latency. calibrate merge joins "
            + "the parts.",
        HelpName = "I/N",
    };

    internal Option<string?> Resume { get; } = new("--resume")
    {
        Description = "Resume the interrupted run in this folder. All other settings are the run's own.",
        HelpName = "RUN",
    };

    internal Option<string[]> AddBudgets { get; } = new("--add-budgets")
    {
        Description =
            "With --resume: add budgets to that run, even if it has ended; only the new answers are generated. At most each "
            + "task's largest budget (any budget with --independent or --prompt-format text). May be repeated.",
        HelpName = "[TASK=]LIST",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<bool> RedoLatency { get; } = new("--redo-latency")
    {
        Description =
            "With --resume: measure all service times of that run again, even if it has ended. The old ones are kept in a "
            + "separate file and not used in fits.",
    };

    internal Option<string[]> Shape { get; } = new("--shape")
    {
        Description =
            "Use this shape for a task's accuracy, whatever its data say: exponential, hill, interpolated or points. May be repeated.",
        HelpName = "TASK=SHAPE",
        AllowMultipleArgumentsPerToken = false,
    };

    internal Option<bool> AcceptMissing { get; } = new("--accept-missing")
    {
        Description =
            "Also fit tasks with more than 5 % of the trials excluded at a budget. Their accuracies may be biased; their bounds "
            + "are printed.",
    };

    internal Option<string?> Plan { get; } = new("--plan")
    {
        Description =
            "Read the settings from a JSON file (docs/plans.md). calibrate plan --write makes one. Options override it.",
        HelpName = "FILE",
    };

    internal Option<string?> Preset { get; } = new("--preset")
    {
        Description =
            "Start from a built-in plan: default, paper (the paper's experiment) or first-look (about 20 minutes at 3,000 tokens "
            + "per second). Options override it.",
        HelpName = "NAME",
    };

    internal IEnumerable<Option> All() =>
    [
        Plan, Preset, .. OfNewRun(), Resume, AddBudgets, RedoLatency,
    ];

    /// <summary>The settings of a new run.</summary>
    internal IEnumerable<Option> OfNewRun() =>
    [
        Endpoint, Model, Label, ApiKeyEnv, ApiKeyFile, Data, Samples, Datasets, Task, Years, Items, Runs, Budgets, Semantics,
        Temperature, TopP, TopK, MinP, Seed, Concurrency, IdleLimit, DownLimit, LatencyItems, Profile, PromptFormat,
        Context, Independent, KeepText, Note, Truth, Pace, Out, Hours, Deadline, Shard,
    ];
}
