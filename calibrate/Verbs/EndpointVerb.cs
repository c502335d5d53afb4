using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Endpoint;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>endpoint</c>: the embedded simulated endpoint, served by itself.</summary>
internal sealed class EndpointVerb(TextWriter output)
{
    private readonly RunOptions _options = new();

    private readonly Option<int> _port = new("--port")
    {
        Description = "Loopback port; 0 takes a free one.",
        DefaultValueFactory = _ => 0,
        HelpName = "PORT",
    };

    private readonly Option<string?> _log = new("--log")
    {
        Description = "Write the endpoint's own times of every request into this file, one JSON object per line.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _asVllm = new("--as-vllm")
    {
        Description = "Answer as vLLM 0.32.0 does: its names, fields, prefix cache and refusals, without saying that it is simulated.",
    };

    private readonly Option<double?> _speed = new("--total-speed")
    {
        Description = "Tokens per second, shared by all running requests, which then take real time.",
        HelpName = "TOKENS",
    };

    private readonly Option<int?> _slots = new("--slots")
    {
        Description = "Maximum number of requests processed at once; the others wait. Default: no limit.",
        HelpName = "N",
    };

    internal Command Command()
    {
        var command = new Command("endpoint", "Serve the embedded simulated endpoint on the loopback interface until interrupted.")
        {
            _port, _log, _asVllm, _speed, _slots, _options.Data, _options.Seed, _options.Pace, _options.Truth,
        };
        _options.Data.Description = "Folder with the benchmarks' published files. Default: the product's own sample problems.";
        command.SetAction(async (parsed, cancelled) =>
        {
            int port = parsed.GetValue(_port);
            if (port is < 0 or > 65_535)
                throw new UserFault($"--port is {port}: give a port from 1 to 65535, or 0 for a free one.");
            string directory = parsed.GetValue(_options.Data) ?? SampleProblems.Path;
            double? speed = parsed.GetValue(_speed) is not <= 0
                ? parsed.GetValue(_speed)
                : throw new UserFault("--total-speed must be above 0.");
            if (parsed.GetValue(_slots) is < 1)
                throw new UserFault("--slots must be at least 1.");
            using RequestLog? requests = parsed.GetValue(_log) is { } path ? new RequestLog(path) : null;
            await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
                new EndpointOptions
                {
                    Problems = [.. Benchmarks.All.SelectMany(benchmark => Loaded(benchmark, directory))],
                    Seed = (ulong)(uint)parsed.GetValue(_options.Seed),
                    Paced = parsed.GetValue(_options.Pace),
                    Truth = parsed.GetValue(_options.Truth) is { } truth ? EndpointTruth.Load(truth) : null,
                    Port = port,
                    Log = requests,
                    AsVllm = parsed.GetValue(_asVllm),
                    TotalTokensPerSecond = speed,
                    Slots = parsed.GetValue(_slots) ?? int.MaxValue,
                },
                cancelled);
            await output.WriteLineAsync($"Simulated endpoint at {endpoint.BaseAddress}");
            await endpoint.WaitAsync(cancelled);
            return 0;
        });
        return command;
    }

    /// <summary>A data folder need not hold all six benchmarks to be served.</summary>
    private static ImmutableArray<Problem> Loaded(Benchmark benchmark, string directory)
    {
        try
        {
            return benchmark.Load(directory).Problems;
        }
        catch (DatasetException) when (directory != SampleProblems.Path && !Directory.Exists(Path.Combine(directory, benchmark.Task)))
        {
            return [];
        }
    }
}
