using System.CommandLine;

namespace Calibration.Calibrate.Verbs;

/// <summary>Arguments and options that several verbs share.</summary>
internal static class RunArguments
{
    internal static Argument<string> Run() => new("run") { Description = "A run folder." };

    internal static Argument<string?> OptionalRun() => new("run") { Description = "A run folder.", Arity = ArgumentArity.ZeroOrOne };

    internal static Option<bool> Json() => new("--json") { Description = "Print one JSON object." };

    internal static Option<string?> Workload() => new("--workload")
    {
        Description =
            "Workload from elsewhere: workload.json of a run folder (docs/schema.md), or CSV with the header "
            + "task,probability,A,b,D,t0_s,c_s_per_token[,sigma_s][,max_budget_tokens].",
        HelpName = "FILE",
    };

    internal static void AddAll(this Command command, IEnumerable<Option> options)
    {
        foreach (Option option in options)
            command.Add(option);
    }
}
