using System.CommandLine;
using Calibration.Calibrate.Planning;
using Calibration.Calibrate.Settings;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>plan</c>: what a run will cost, before it is started; and its settings as a file.</summary>
internal sealed class PlanVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly RunOptions _options = new();
    private readonly OperatingPointOptions _point = new();

    private readonly Option<string?> _write = new("--write")
    {
        Description = "Write the settings into this file, for --plan, and ask no endpoint.",
        HelpName = "FILE",
    };

    internal Command Command()
    {
        var command = new Command("plan", "What a run will cost: asks the endpoint a little, and measures nothing.");
        command.AddAll(
            [_write, _options.Plan, _options.Preset, .. _options.OfNewRun(), _options.AcceptMissing, _options.Shape, .. _point.All()]);
        command.SetAction(async (parsed, cancelled) =>
        {
            var binding = new SettingsBinding(_options, parsed, clock);
            RunSettings settings = binding.Bind(_point);
            if (parsed.GetValue(_write) is { } file)
                return await WriteAsync(file, settings);
            await log.WriteLineAsync("");
            return 0;
        });
        return command;
    }

    private async Task<int> WriteAsync(string file, RunSettings settings)
    {
        PlanFile.Write(file, settings);
        await output.WriteLineAsync($"Wrote {file}, and the schema for editors beside it. Use it: calibrate run --plan {file}");
        return 0;
    }
}
