using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Calibration.Datasets;

/// <summary>How many responses were graded, right, and unreadable.</summary>
/// <param name="Graded">Responses.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Unread">Responses in which no answer could be read.</param>
public sealed record GradingTally(int Graded, int Correct, int Unread);

/// <summary>What responses from elsewhere are graded by.</summary>
/// <param name="Benchmark">The benchmark whose conventions hold: they determine the kind of answer of a gold in a line.</param>
public sealed record GradingKey(Benchmark Benchmark)
{
    /// <summary>The benchmark's loaded problems; none where every line brings its gold.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>The delimiters of the model's thinking, where they are none of the known ones.</summary>
    public ThinkingDelimiters? Thinking { get; init; }
}

/// <summary>Grades responses that came from elsewhere.</summary>
/// <remarks>
/// A line in is <c>{"id", "response"}</c>, where the id is a loaded problem's, or brings its own <c>"gold"</c> (a text or a list of
/// accepted ones)
/// and, for letters, <c>"choices"</c> (a list of texts); <c>"finish_reason": "length"</c>
/// or <c>"truncated": true</c> says that the token limit ended it. A gold in the line goes before
/// the problem's own. A line out is <c>{"id", "answer", "status", "correct"}</c>, in the same order; the status is a
/// <see cref="GradeStatus"/> by name. A line with <c>"resps"</c> is one of lm-evaluation-harness: its id is <c>"doc_id"</c>, its gold
/// <c>"target"</c>.
/// </remarks>
public static class ResponseGrading
{
    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Grades line by line, writing each grade before the next line is read.</summary>
    /// <param name="responses">JSON Lines; blank lines are skipped.</param>
    /// <param name="grades">Receives one JSON line per response, ended by <c>\n</c>.</param>
    /// <param name="key">What they are graded by.</param>
    /// <returns>The counts.</returns>
    /// <exception cref="DatasetException">A line is malformed, or neither its id is known nor a gold given; the message names line and
    /// field.</exception>
    public static GradingTally Grade(TextReader responses, TextWriter grades, GradingKey key)
    {
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(grades);
        ArgumentNullException.ThrowIfNull(key);
        Dictionary<string, Problem> known = key.Problems.ToDictionary(problem => problem.Id, StringComparer.Ordinal);
        (int graded, int correct, int unread, int number) = (0, 0, 0, 0);
        string? filter = null;
        while (responses.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            foreach (GivenResponse given in GivenResponse.Read(line, number))
            {
                // Further filters of lm-evaluation-harness repeat the responses of the first.
                filter ??= given.Filter;
                if (given.Filter != filter) continue;
                Problem? loaded = filter.Length == 0 ? known.GetValueOrDefault(given.Id) : null;
                Grade grade = AnswerGrader.Grade(
                    given.Problem(key.Benchmark.Task, loaded), given.Response, given.Truncated, key.Thinking);
                grades.Write(Json(given.Id, grade));
                graded++;
                correct += grade.Correct ? 1 : 0;
                unread += grade.Status == GradeStatus.Answered ? 0 : 1;
            }
        }

        return new(graded, correct, unread);
    }

    private static string Json(string id, Grade grade)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("answer", grade.Answer);
            json.WriteString("status", grade.Status.ToString());
            json.WriteBoolean("correct", grade.Correct);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
