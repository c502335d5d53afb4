using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Calibration.Datasets.Loading;
using Calibration.Results;

namespace Calibration.Calibrate.Planning;

/// <summary>
/// The settings of a run as people write them: the record <c>settings</c> of a manifest, of which any field may be absent. Comments and
/// trailing commas are allowed. The presets are such files within the program.
/// </summary>
/// <param name="Name">The file, or <c>preset NAME</c>, as it is named in messages.</param>
/// <param name="Settings">Its settings; what it leaves open has its default.</param>
internal sealed record PlanFile(string Name, RunSettings Settings)
{
    private const string SchemaField = "$schema";
    private const string SchemaName = "plan.schema.json";

    /// <summary>Names of the presets.</summary>
    internal static readonly ImmutableArray<string> Presets = ["default", "first-look", "paper"];

    private static readonly JsonSerializerOptions Format = new(ResultsJson.Document)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Adapt } },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserFault">It cannot be read, or a field is unknown or has a wrong value; the message says where.</exception>
    internal static PlanFile Read(string path) => File.Exists(path)
        ? new PlanFile(path, Parse(WithoutMark(Utf8Text.Read(path)), path))
        : throw new UserFault($"The plan {path} does not exist: name a file that calibrate plan --write FILE made, or use --preset.");

    /// <summary>A preset.</summary>
    /// <exception cref="UserFault">There is no such preset.</exception>
    internal static PlanFile Preset(string name) => Presets.Contains(name)
        ? new PlanFile($"preset {name}", Parse(Resource($"preset.{name}.json"), $"preset {name}"))
        : throw new UserFault($"--preset is \"{name}\": it is {string.Join(", ", Presets[..^1])} or {Presets[^1]}.");

    /// <summary>Writes settings as a plan, and beside it the schema by which editors complete and check it.</summary>
    /// <exception cref="UserFault">The file exists.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Write(string path, RunSettings settings)
    {
        if (File.Exists(path))
            throw new UserFault($"{path} exists already: name a new file with --write.");
        var document = new JsonObject { [SchemaField] = SchemaName };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(settings, Format)!.AsObject())
            document[name] = value?.DeepClone();
        File.WriteAllText(path, document.ToJsonString(Format) + "\n");
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, SchemaName), Resource(SchemaName));
    }

    /// <summary>What the file says, put over the defaults: so a part of <c>sampling</c> leaves the rest of it as it is.</summary>
    private static RunSettings Parse(ReadOnlySpan<byte> text, string name)
    {
        PlanCheck.ThrowIfWrong(text, Format, name);
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        JsonObject whole = JsonSerializer.SerializeToNode(new RunSettings(), Format)!.AsObject();
        Put(JsonNode.Parse(text, documentOptions: options)!.AsObject(), whole);
        RunSettings settings = whole.Deserialize<RunSettings>(Format)!;
        string? missing = settings.Budgets.Any(own => own.Budgets.IsDefaultOrEmpty) ? "budgets: an entry has no budgets"
            : settings.Problems.OwnTasks.Any(own => own.Task is null || own.File is null)
                ? "problems.own_tasks: an entry has no task or file"
            : settings.Plan.Shard.Index < 1 || settings.Plan.Shard.Index > settings.Plan.Shard.Count
                ? "plan.shard.index must be at least 1 and at most plan.shard.count"
            : !settings.AddedBudgets.IsEmpty ? "added_budgets are those of a run that was enlarged: move them to budgets"
            : null;
        return missing is null ? settings : throw new UserFault($"{name}: {missing}.");
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;

    private static void Put(JsonObject from, JsonObject over)
    {
        foreach ((string name, JsonNode? value) in from)
        {
            if (value is JsonObject inner && over[name] is JsonObject outer)
                Put(inner, outer);
            else
                over[name] = value?.DeepClone();
        }
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(PlanFile).Assembly.GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>
    /// Editors name the schema in the file. What follows from other fields, or belongs to a run that exists, is not written.
    /// </summary>
    private static void Adapt(JsonTypeInfo info)
    {
        if (info.Type == typeof(RunSettings))
        {
            JsonPropertyInfo schema = info.CreateJsonPropertyInfo(typeof(string), SchemaField);
            schema.Set = (_, _) => { };
            info.Properties.Add(schema);
        }

        foreach (JsonPropertyInfo property in info.Properties.Where(property => property.Name is "measures_latency" or "added_budgets"))
            property.ShouldSerialize = (_, _) => false;
    }
}
