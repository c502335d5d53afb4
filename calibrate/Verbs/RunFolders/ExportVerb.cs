using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Calibration.Analysis;
using Calibration.Datasets;
using Calibration.Report.Exchange;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.RunFolders;

/// <summary><c>export</c>: a run's accuracies in the format of others.</summary>
internal sealed class ExportVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    private const string Format = "every-eval-ever";
    private const string Unknown = "unknown";

    private readonly Argument<string> _run = RunArguments.Run();

    private readonly Option<string> _format = new("--format")
    {
        Description = "The format: every-eval-ever (JSON, schema 0.3.0 of github.com/evaleval/every_eval_ever).",
        DefaultValueFactory = _ => Format,
        HelpName = "NAME",
    };

    private readonly Option<string> _out = new("--out")
    {
        Description = "Folder below which data/calibration/DEVELOPER/MODEL/ID.json is written.",
        DefaultValueFactory = _ => "export",
        HelpName = "DIR",
    };

    private readonly Option<string?> _model = new("--model-id")
    {
        Description = "The model as DEVELOPER/MODEL. Default: its name on the server, if that has this form.",
        HelpName = "NAME",
    };

    private readonly Option<string> _organization = new("--organization")
    {
        Description = "Who measured.",
        DefaultValueFactory = _ => Unknown,
        HelpName = "NAME",
    };

    private readonly Option<string> _relationship = new("--relationship")
    {
        Description = "What you are to the model's developer: first_party, third_party, collaborative or other.",
        DefaultValueFactory = _ => "third_party",
        HelpName = "WORD",
    };

    internal Command Command()
    {
        var command = new Command(
            "export", "Write a fitted run's accuracies by task and budget, with intervals, in the Every Eval Ever format.")
        {
            _run, _format, _out, _model, _organization, _relationship,
        };
        command.SetAction(async (parsed, _) =>
        {
            string format = parsed.GetValue(_format)!, relationship = parsed.GetValue(_relationship)!;
            if (format != Format)
                throw new UserFault($"--format is \"{format}\": it is {Format}.");
            if (!EveryEvalEver.Relationships.Contains(relationship))
            {
                string known = string.Join(", ", EveryEvalEver.Relationships);
                throw new UserFault($"--relationship is \"{relationship}\": it is one of {known}.");
            }

            RunFolder folder = RunFolder.Open(parsed.GetValue(_run)!);
            RunManifest manifest = folder.ReadManifest();
            string model = ModelOf(manifest, parsed.GetValue(_model));
            var source = new EvaluationSource(
                parsed.GetValue(_organization)!, relationship, model, clock.GetUtcNow().UtcDateTime)
            {
                Repositories = Benchmarks.Repositories,
            };
            string json = EveryEvalEver.Json(manifest, RunAnalysis.ReadFits(folder), source);
            string place = Path.Combine([parsed.GetValue(_out)!, "data", "calibration", .. model.Split('/').Select(FolderOf)]);
            Directory.CreateDirectory(place);
            string file = Path.Combine(place, IdOf(manifest.Id) + ".json");
            await AtomicFile.WriteTextAsync(file, json);
            await output.WriteLineAsync(file);
            await log.WriteLineAsync("How to contribute it: https://github.com/evaleval/every_eval_ever");
            return 0;
        });
        return command;
    }

    /// <summary>The given name; else the name on the server, which is that of the hub where it has one slash.</summary>
    private static string ModelOf(RunManifest manifest, string? given)
    {
        string name = given ?? ModelNames.Shown(manifest.Endpoint.Model);
        return name.Split('/') switch
        {
            [{ Length: > 0 }, { Length: > 0 }] => name,
            [{ Length: > 0 }] when given is null => $"{Unknown}/{name}",
            _ => throw new UserFault($"--model-id is \"{name}\": give it as DEVELOPER/MODEL, such as Qwen/Qwen3-8B."),
        };
    }

    private static string FolderOf(string name)
    {
        string safe = string.Concat(name.Select(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '.' or '-' or '_' ? symbol : '_'));
        return safe.Trim('.') is { Length: > 0 } kept ? kept : Unknown;
    }

    /// <summary>The run's id in the form of a random UUID, as the format wants it: the same run gives the same file.</summary>
    private static Guid IdOf(string run)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(run))[..16];
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
