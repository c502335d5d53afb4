using System.CommandLine;
using Calibration.Calibrate;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>What is wrong with an option is said by its name, before anything is measured.</summary>
public sealed class OptionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    /// <summary>Every numeric option of every verb, found in the command line itself: one that is added later is tested too.</summary>
    public static TheoryData<string, bool> NumericOptions
    {
        get
        {
            var found = new TheoryData<string, bool>();
            Collect(CommandLine.Root(TextWriter.Null, TextWriter.Null, TimeProvider.System), "");
            return found;

            void Collect(Command command, string path)
            {
                foreach (Option option in command.Options.Where(option =>
                    Type.GetTypeCode(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is TypeCode.Int32
                        or TypeCode.Double))
                    found.Add($"{path}{option.Name}", (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) == typeof(double));
                foreach (Command below in command.Subcommands)
                    Collect(below, $"{path}{below.Name} ");
            }
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(NumericOptions))]
    public async Task NumericOption_NotANumber_IsRefusedByName(string option, bool isReal)
    {
        string[] words = option.Split(' ');
        foreach (string value in (string[])
        [
            isReal ? "0,6" : "1,000", "ten", "NaN", "Infinity", "", "1e999", .. isReal ? (string[])[] : ["99999999999", "1.5"],
        ])
        {
            CommandRun run = await CommandRun.OfAsync([.. words, value]);
            Assert.Equal(2, run.ExitCode);
            Assert.StartsWith($"{words[^1]} is \"{value}\": ", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.Trim().Split('\n'));
        }
    }

    [Fact]
    public void NumericOptions_AreOnEveryVerbThatMeasures() =>
        Assert.Superset(
            new HashSet<string>(
            [
                "--temperature",
                "run --hours",
                "measure --items",
                "probe --top-p",
                "simulate --queries",
                "allocate --arrival-rate",
                "endpoint --port",
            ]),
            NumericOptions.Select(row => row.Data.Item1).ToHashSet());

    [Theory]
    [InlineData("--temperature is \"0,6\": write the decimal point as a point", "run", "--temperature", "0,6")]
    [InlineData("--items is \"ten\": give a whole number", "run", "--items", "ten")]
    [InlineData("There is no option --item: did you mean --items?", "run", "--item", "5")]
    [InlineData("There is no option --budget: did you mean --budgets?", "--budget=5")]
    [InlineData("There is no option --temprature: did you mean --temperature?", "measure", "--temprature", "0.5")]
    [InlineData("There is no option --api-key: did you mean --api-key-env or --api-key-file?", "run", "--api-key", "sk-secret")]
    [InlineData("There is no option --api-key: did you mean", "run", "--api-key=sk-secret")]
    [InlineData(
        "--arrival-rate is no option of calibrate measure, but of run, plan, allocate, simulate, figures, compare.",
        "measure", "--arrival-rate", "1")]
    [InlineData("separate with commas, as in --datasets gsm8k,arc.", "run", "--datasets", "gsm8k", "arc")]
    [InlineData("separate with commas, as in --budgets 0,64,256.", "run", "--budgets", "0,", "64", "256")]
    [InlineData("separate with commas, as in --mix arc=0.5,bbh=0.5.", "allocate", "RUN", "--mix", "arc=0.5", "bbh=0.5")]
    [InlineData("\"second\" is not expected", "fit", "first", "second")]
    [InlineData("There is no verb contrast.", "contrast", "--help")]
    [InlineData("There is no verb contrast.", "contrast", "a", "b")]
    [InlineData("There is no verb alocate: did you mean allocate?", "alocate", "RUN")]
    [InlineData("There is no verb datasets lst: did you mean list?", "datasets", "lst")]
    [InlineData("calibrate datasets needs a verb: pull, list, show, check, grade.", "datasets")]
    [InlineData("calibrate compare needs <runs>, at least 2: ", "compare", "RUN")]
    [InlineData("calibrate regrade needs <run>: ", "regrade")]
    [InlineData("RUN is not a run folder: it does not exist. Name the folder of a run", "report", "RUN")]
    [InlineData("There is no benchmark \"gsm9\": give aime, ", "datasets", "check", "gsm9")]
    [InlineData("has no effect with --workload", "simulate", "--workload", "w.csv", "--budgets", "0", "341")]
    [InlineData("--arrival-rate has no effect without --workload", "simulate", "RUN", "--arrival-rate", "0.9")]
    [InlineData("--items has no effect with --resume", "run", "--resume", "RUN", "--items", "50")]
    [InlineData("--out has no effect with --resume", "measure", "--resume", "RUN", "--hours", "1", "--out", "elsewhere")]
    [InlineData("--method has no effect without --accuracy", "fit", "--service", "times.csv", "--method", "wls")]
    [InlineData("probe looks at one --endpoint", "probe", "--endpoint", "http://127.0.0.1:9/v1", "--endpoint", "http://127.0.0.1:10/v1")]
    [InlineData("give a port from 1 to 65535", "endpoint", "--port", "99999")]
    [InlineData("--pace is for the embedded endpoint", "probe", "--endpoint", "http://127.0.0.1:9/v1", "--pace")]
    [InlineData("--api-key-env and --api-key-file exclude each other", "run", "--api-key-env", "A", "--api-key-file", "B")]
    [InlineData("--arrival-rate is 1E+300: it must be above 0, from", "allocate", "RUN", "--arrival-rate", "1e300")]
    public async Task Command_WrongWord_SaysWhatMayBeMeant(string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", run.Error + run.Output, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    /// <summary>Shells complete words by this directive (docs/install.md).</summary>
    [Theory]
    [InlineData("run --da", "--data --datasets")]
    [InlineData("datasets pu", "pull")]
    [InlineData("simulate --que", "--queries")]
    public async Task Suggest_PartOfAWord_CompletesIt(string line, string expected)
    {
        CommandRun run = await CommandRun.OfAsync($"[suggest:{line.Length}]", line);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(expected.Split(' '), run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Resume_EndedRun_SaysThatItHadEnded()
    {
        Assert.Equal(
            0,
            (await CommandRun.OfAsync(
                "measure", "--datasets", "arc", "--items", "2", "--runs", "1", "--budgets", "0,4", "--latency-items", "2", "--out",
                _root)).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        CommandRun again = await CommandRun.OfAsync("measure", "--resume", folder);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains($"{folder} had ended: nothing is left to measure.", again.Error, StringComparison.Ordinal);

        string manifest = Path.Combine(folder, "manifest.json");
        string text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            manifest, text.Replace("\"schema_version\": 2", "\"schema_version\": 3", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        CommandRun foreign = await CommandRun.OfAsync("measure", "--resume", folder);
        Assert.Equal(2, foreign.ExitCode);
        Assert.Contains("manifest.json is damaged, or was not written by this version", foreign.Error, StringComparison.Ordinal);
    }
}
