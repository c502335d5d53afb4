using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calibration.Results;

/// <summary>What a run was: enough to judge it and to repeat it. Written before the first request.</summary>
public sealed record RunManifest
{
    /// <summary>Schema that this version writes. It reads those from 1 on, and resumes, merges and enlarges only its own.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of the run folder's schema (<c>docs/schema.md</c>).</summary>
    public int SchemaVersion { get; init; } = CurrentSchema;

    /// <summary>The run's id, which is its folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>When the run was started, UTC.</summary>
    public required DateTime CreatedUtc { get; init; }

    /// <summary>Whether service times or answers come from a simulation; every figure then says so.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Whether the problems are the product's own samples instead of the benchmarks'.</summary>
    public required bool Samples { get; init; }

    /// <summary>The server that answered.</summary>
    public required EndpointFacts Endpoint { get; init; }

    /// <summary>Addresses of the further servers of the same model that shared the accuracy pass.</summary>
    public ImmutableArray<string> OtherEndpoints { get; init; } = [];

    /// <summary>
    /// The model's name in figures, tables, the report and the run's id: the label, else the name on the server without its folders.
    /// </summary>
    [JsonIgnore]
    public string ShownModel => Settings.Label ?? ModelNames.Shown(Endpoint.Model);

    /// <summary>How thinking starts and ends, and how the answer follows.</summary>
    public required JsonElement Profile { get; init; }

    /// <summary>What the run was asked for; by it an interrupted run resumes.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>The plan as it was run.</summary>
    [JsonIgnore]
    public RunPlan Plan => Settings.Plan;

    /// <summary>The tasks in order, with their budgets and the files that their problems came from.</summary>
    public required ImmutableArray<TaskFacts> Tasks { get; init; }

    /// <summary>The command's arguments, for people to read. They hold no secret.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>The program that measured.</summary>
    public required ToolFacts Tool { get; init; }

    /// <summary>The fixed cost of a request, measured with the service times; absent where it was not.</summary>
    public RequestOverhead? RequestOverhead { get; init; }

    /// <summary>Files of service times that a later latency pass replaced ; no fit uses them.</summary>
    public ImmutableArray<string> ReplacedService { get; init; } = [];

    /// <summary>
    /// Seconds that measuring took, all starts and all parts of the run together; a start that was killed is not counted. Absent where
    /// it is not known.
    /// </summary>
    public double? MeasuringS { get; init; }

    /// <summary>What the client cannot see (GPU, server flags, dtype), as given by the user.</summary>
    public ImmutableSortedDictionary<string, string> Notes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>The server that answered, as it described itself.</summary>
/// <param name="Url">Base address without credentials.</param>
/// <param name="Server">Kind of server: <c>vllm</c>, <c>sglang</c>, <c>llamacpp</c> or <c>embedded</c>.</param>
/// <param name="Version">The server's version; empty if it reports none.</param>
/// <param name="Model">The model's name on that server.</param>
/// <param name="ContextTokens">Maximum number of tokens of prompt and output together.</param>
/// <param name="Simulated">Whether it is the embedded endpoint.</param>
/// <param name="Paced">Whether the embedded endpoint really takes its simulated time; false on other servers.</param>
public sealed record EndpointFacts(string Url, string Server, string Version, string Model, int ContextTokens, bool Simulated, bool Paced);

/// <summary>One task of a run.</summary>
/// <param name="Task">Name in files and on the command line.</param>
/// <param name="DisplayName">Name in tables and figures.</param>
/// <param name="Budgets">Accuracy grid in thinking tokens, ascending.</param>
/// <param name="Items">Number of problems drawn.</param>
/// <param name="Files">The files that the problems came from.</param>
public sealed record TaskFacts(
    string Task, string DisplayName, ImmutableArray<int> Budgets, int Items, ImmutableArray<FileFacts> Files);

/// <summary>A file, by its content.</summary>
/// <param name="Path">Path relative to the data folder.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hex.</param>
public sealed record FileFacts(string Path, string Sha256);

/// <summary>The program that measured, and the machine it ran on.</summary>
/// <param name="Version">Version of Calibration.</param>
/// <param name="Commit">Git commit it was built from; empty where unknown.</param>
/// <param name="Dirty">Whether the source differed from that commit.</param>
/// <param name="Runtime">.NET runtime.</param>
/// <param name="OperatingSystem">Operating system of the client.</param>
/// <param name="Processors">Logical processors of the client.</param>
/// <param name="Packages">Versions of the packages that the numbers depend on.</param>
public sealed record ToolFacts(
    string Version, string Commit, bool Dirty, string Runtime, string OperatingSystem, int Processors,
    ImmutableSortedDictionary<string, string> Packages);

/// <summary>How a model's name on its server is shown.</summary>
public static class ModelNames
{
    /// <summary>
    /// The last part of a name that is a path on the server (<c>/srv/models/x.gguf</c>, <c>C:\models\x</c>); any other name, such as
    /// <c>Qwen/Qwen3-8B</c>, unchanged.
    /// </summary>
    public static string Shown(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        string[] parts = model.Split('/', '\\');
        return IsPath(model, parts) && parts.LastOrDefault(part => part is not ("" or "." or "..")) is { } last ? last : model;
    }

    /// <summary>A hub's name has at most one slash, between owner and model, and neither begins with a sign.</summary>
    private static bool IsPath(string model, string[] parts) =>
        parts.Length > 2 || model.Contains('\\', StringComparison.Ordinal) || model is ['/' or '.' or '~', ..] || model is [_, ':', ..]
        || (parts.Length > 1 && model.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase));
}
