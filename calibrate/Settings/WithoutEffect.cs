using System.CommandLine;
using System.CommandLine.Parsing;

namespace Calibration.Calibrate.Settings;

/// <summary>Options that were given and that nothing would read: they are refused by name.</summary>
internal static class WithoutEffect
{
    /// <summary>The value of an option that is given; otherwise the setting.</summary>
    internal static T ValueOr<T>(this ParseResult parsed, Option<T> option, T setting) =>
        parsed.GetResult(option) is OptionResult { Implicit: false } ? parsed.GetValue(option)! : setting;

    /// <summary>The first given option of the verb that is none of those which are read; null where there is none.</summary>
    internal static string? FirstOf(ParseResult parsed, params Option[] read) =>
        parsed.CommandResult.Command.Options.Except(read)
            .FirstOrDefault(option => parsed.GetResult(option) is OptionResult { Implicit: false })?.Name;
}
