using System.Text;
using System.Text.Json;
using Calibration.Tests.Datasets;

namespace Calibration.Tests.Harness.Servers;

/// <summary>
/// A server of no known kind that offers <c>/v1/completions</c> in text and nothing else, over a real socket. A letter is a token; its
/// model thinks 40 letters, closes, and answers 9.
/// </summary>
/// <param name="counts">Whether it sends a usage record.</param>
/// <param name="closeIsOneToken">Whether its model's close is a token, or ordinary text.</param>
internal sealed class TextOnlyShapes(bool counts, bool closeIsOneToken)
{
    private const string Close = "</think>";
    private const int NaturalLength = 40;

    /// <summary>Whether it passes over <c>stop</c> in silence, as servers do with fields that they do not know.</summary>
    internal bool IgnoresStop { get; init; }

    internal ScriptedServer Start() => new(request => request.Path switch
    {
        "/v1/models" => ScriptedServer.Ok(
            """{"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "somebody"}]}"""u8.ToArray()),
        "/v1/completions" => ScriptedServer.Ok(Encoding.UTF8.GetBytes(Completion(JsonDocument.Parse(request.Body).RootElement))),
        _ => ScriptedServer.Status("404 Not Found"),
    });

    private string Completion(JsonElement root)
    {
        string prompt = root.GetProperty("prompt").GetString()!;
        int limit = root.GetProperty("max_tokens").GetInt32();
        bool stopsAtClose = !IgnoresStop && root.TryGetProperty("stop", out _);
        string rest = prompt.LastIndexOf(Close, StringComparison.Ordinal) > prompt.LastIndexOf("<think>", StringComparison.Ordinal)
            ? "9}."
            : new string('a', NaturalLength) + Close + "\n\nIt is \\boxed{9}.";
        (string text, bool stopped) = Cut(rest, limit, stopsAtClose);
        object? usage = counts
            ? new { prompt_tokens = TokensOf(prompt), completion_tokens = TokensOf(text) + (stopped && stopsAtClose ? TokensOf(Close) : 0) }
            : null;
        string whole = JsonSerializer.Serialize(
            new
            {
                id = "c",
                choices = new[]
            {
                new { index = 0, text, finish_reason = stopped ? "stop" : "length", stop_reason = stopped && stopsAtClose ? Close : null },
            },
                usage
            });
        if (!root.GetProperty("stream").GetBoolean())
            return whole;
        string parts = string.Concat(text.Select(letter =>
            $"data: {JsonSerializer.Serialize(new { id = "c", choices = new[] { new { index = 0, text = letter.ToString() } } })}\n\n"));
        string end = JsonSerializer.Serialize(
            new { id = "c", choices = new[] { new { index = 0, text = "", finish_reason = stopped ? "stop" : "length" } }, usage });
        return $"{parts}data: {end}\n\ndata: [DONE]\n\n";
    }

    /// <summary>What is written within the limit, and whether the model ended it.</summary>
    private (string Text, bool Stopped) Cut(string rest, int limit, bool stopsAtClose)
    {
        int close = rest.IndexOf(Close, StringComparison.Ordinal);
        string natural = stopsAtClose && close >= 0 ? rest[..close] : rest;
        int length = natural.Length;
        while (TokensOf(natural[..length]) > limit)
            length--;
        return (natural[..length], length == natural.Length && TokensOf(natural) < limit);
    }

    private int TokensOf(string text) => closeIsOneToken ? text.Replace(Close, ".", StringComparison.Ordinal).Length : text.Length;
}
