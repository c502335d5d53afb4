using System.Text.Json;
using System.Text.Json.Nodes;

namespace Calibration.Results;

/// <summary>
/// Names in files: snake case, with seconds written <c>s</c>, as in <c>t0_s</c>, <c>arrival_rate_per_s</c> and <c>sigma_s2</c>.
/// </summary>
internal sealed class UnitNaming : JsonNamingPolicy
{
    internal static UnitNaming Policy { get; } = new();

    /// <summary>Names that are symbols of the paper, and the one word that is no unit.</summary>
    private static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        ["A"] = "A",
        ["D"] = "D",
        ["SecondsPerToken"] = "c_s_per_token",
        ["Seconds"] = "seconds",
    };

    /// <inheritdoc/>
    public override string ConvertName(string name) =>
        Own.TryGetValue(name, out string? own) ? own : Shortened(SnakeCaseLower.ConvertName(name));

    /// <summary>The document with the names of this schema in place of those of schema 1, which wrote seconds in full.</summary>
    /// <remarks>The intervals of a decision of schema 1 were no corrected ones: they are left out.</remarks>
    internal static JsonNode? Renamed(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(
            from member in members
            where member.Key != "decision" || members.ContainsKey("fits_hash")
            select KeyValuePair.Create(Former(member.Key), Renamed(member.Value))),
        JsonArray items => new JsonArray([.. items.Select(Renamed)]),
        _ => node?.DeepClone(),
    };

    private static string Former(string name) => name switch
    {
        "a" => "A",
        "d" => "D",
        "seconds_per_token" => "c_s_per_token",
        "seconds" => name,
        _ => Shortened(name),
    };

    private static string Shortened(string name) => string.Join('_', name.Split('_').Select(word => word switch
    {
        "second" or "seconds" => "s",
        "seconds2" => "s2",
        _ => word,
    }));
}
