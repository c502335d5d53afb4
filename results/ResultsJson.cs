using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calibration.Results;

/// <summary>
/// How JSON is written everywhere in a run folder: snake_case names, absent values omitted; settings as on the
/// command line (<c>exact</c>), findings by their names (<c>BudgetNotEnforced</c>).
/// </summary>
public static class ResultsJson
{
    /// <summary>One object per line.</summary>
    public static JsonSerializerOptions Line { get; } = Create(indented: false);

    /// <summary>Whole documents.</summary>
    public static JsonSerializerOptions Document { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        PropertyNamingPolicy = UnitNaming.Policy,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        WriteIndented = indented,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<BudgetSemantics>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<PromptFormat>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<CountSource>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<ServiceSource>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter(),
        },
    };
}
