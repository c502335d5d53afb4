using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Datasets.Loading;
using Calibration.Harness.Models;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.Datasets;

/// <summary><c>datasets grade</c>: grades responses that came from elsewhere.</summary>
internal sealed class DatasetGradeVerb(TextWriter output, TextWriter log)
{
    private readonly Option<string?> _data = DatasetVerbs.Data();

    internal Command Command()
    {
        var benchmark = new Option<string?>("--benchmark")
        {
            Description =
                "The benchmark whose grading rules are used. Default: taken from the file's name, if it is samples_TASK_DATE.jsonl of "
                + "lm-evaluation-harness.",
            HelpName = "NAME",
        };
        var json = new Option<bool>("--json") { Description = "Has no effect: the output is always JSON Lines." };
        var responses = new Argument<string>("responses")
        {
            Description = "A file with one JSON object {id, response} per line. If the id is not known, add gold (and choices). "
                + "\"finish_reason\": \"length\" says that the token limit truncated the response. Or samples_TASK_DATE.jsonl of "
                + "lm-evaluation-harness.",
        };
        var profile = new Option<string?>("--profile")
        {
            Description = "A model's profile: a name or a JSON file (docs/servers.md). Thinking between its delimiters is removed, too.",
            HelpName = "NAME|FILE",
        };
        var command = new Command(
            "grade", "Grade responses from elsewhere; one JSON line per response on standard output, totals on standard error.")
            {
                responses,
                benchmark,
                _data,
                profile,
                json,
            };
        command.SetAction(async (parsed, _) =>
        {
            string file = parsed.GetValue(responses)!;
            if (!File.Exists(file))
                throw new UserFault($"{file} does not exist.");
            Benchmark chosen = parsed.GetValue(benchmark) is { } name ? DatasetVerbs.Find(name) : BenchmarkOf(file);
            GradingTally tally;
            ModelProfile? model = EndpointAccess.Profile(new EndpointSettings { Profile = parsed.GetValue(profile) });
            ThinkingDelimiters? thinking = model is null ? null : new ThinkingDelimiters(model.Open.Trim(), model.CloseToken);
            var key = new GradingKey(chosen) { Problems = KnownProblems(chosen, parsed), Thinking = thinking };
            using (var reader = new StreamReader(new MemoryStream(Utf8Text.Read(file))))
                tally = ResponseGrading.Grade(reader, output, key);
            await log.WriteLineAsync($"{tally.Graded} responses, {tally.Correct} right, {tally.Unread} without a readable answer");
            return 0;
        });
        return command;
    }

    /// <summary>The benchmark in the name of a file of lm-evaluation-harness.</summary>
    private static Benchmark BenchmarkOf(string file)
    {
        string name = Path.GetFileName(file);
        return Benchmarks.All.FirstOrDefault(known => name.StartsWith("samples_" + known.Task, StringComparison.OrdinalIgnoreCase))
            ?? throw new UserFault(
                $"The name {name} does not show which benchmark was answered: give --benchmark with one of "
                + $"{string.Join(", ", Benchmarks.All.Select(known => known.Task))}.");
    }

    /// <summary>The problems behind the ids, where their files are there; responses may bring their own gold.</summary>
    private ImmutableArray<Problem> KnownProblems(Benchmark benchmark, ParseResult parsed)
    {
        if (parsed.GetValue(_data) is { } directory)
            return benchmark.Load(directory).Problems;
        try
        {
            return benchmark.Load(DataFolder.Cache().Directory).Problems;
        }
        catch (DatasetException fault) when (fault.IsAbsent)
        {
            return [];
        }
    }
}
