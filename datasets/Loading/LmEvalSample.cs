using System.Collections.Immutable;
using System.Text.Json;

namespace Calibration.Datasets.Loading;

/// <summary>
/// A line of lm-evaluation-harness's <c>samples_TASK_DATE.jsonl</c>: one problem, what was generated for it, and the gold that the task's
/// configuration makes. Each filter of a task repeats the problem with the same responses.
/// </summary>
/// <param name="Id">The problem's number in the task's split.</param>
/// <param name="Filter">The filter that the line is of; empty where there is none.</param>
/// <param name="Gold">The gold answer: of GSM8K's solutions what follows the last <c>####</c>.</param>
/// <param name="Responses">What was generated, repetition by repetition.</param>
internal sealed record LmEvalSample(string Id, string Filter, string Gold, ImmutableArray<string> Responses)
{
    private const string FinalMark = "####";

    /// <summary>Whether a line is one.</summary>
    internal static bool Is(JsonElement line) => line.ValueKind == JsonValueKind.Object && line.TryGetProperty("resps", out _);

    /// <exception cref="DatasetException">A field is missing, or nothing was generated; the message names place and field.</exception>
    internal static LmEvalSample Read(JsonElement line, string place)
    {
        string gold = Text(line, "target", place);
        int mark = gold.LastIndexOf(FinalMark, StringComparison.Ordinal);
        return new LmEvalSample(
            Text(line, "doc_id", place),
            line.TryGetProperty("filter", out JsonElement filter) ? filter.ToString() : "",
            mark < 0 ? gold : gold[(mark + FinalMark.Length)..].Trim(),
            Generated(line.GetProperty("resps"), place));
    }

    /// <summary>One list per request, and in it one text per repetition; a task that generates sends one request per problem.</summary>
    private static ImmutableArray<string> Generated(JsonElement requests, string place)
    {
        JsonElement[] repetitions = requests.ValueKind == JsonValueKind.Array && requests.GetArrayLength() == 1
            && requests[0].ValueKind == JsonValueKind.Array
            ? [.. requests[0].EnumerateArray()]
            : [];
        return repetitions.Length > 0 && repetitions.All(repetition => repetition.ValueKind == JsonValueKind.String)
            ? [.. repetitions.Select(JsonRows.Scalar)]
            : throw new DatasetException(
                $"{place}, field 'resps' has no generated text: its task compares the likelihoods of given answers. Give the samples of a "
                + "task that generates its answers, such as gsm8k_cot or arc_challenge_chat.");
    }

    private static string Text(JsonElement line, string field, string place) =>
        line.TryGetProperty(field, out JsonElement value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? JsonRows.Scalar(value)
            : throw new DatasetException($"{place}, field '{field}' is missing; lm-evaluation-harness writes doc_id, target and resps.");
}
