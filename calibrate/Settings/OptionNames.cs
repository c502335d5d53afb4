using System.Collections.Immutable;
using System.CommandLine;
using System.Reflection;

namespace Calibration.Calibrate.Settings;

/// <summary>Libraries name settings in their faults, as in <c>{Runs}</c>; people know options, as in <c>--runs</c>.</summary>
internal static class OptionNames
{
    private static readonly ImmutableArray<(string Setting, string Option)> Known =
    [
        .. from holder in (object[])[new RunOptions(), new OperatingPointOptions()]
           from property in holder.GetType().GetProperties(BindingFlags.Instance | BindingFlags.NonPublic)
           where property.PropertyType.IsAssignableTo(typeof(Option))
           select ($"{{{property.Name}}}", ((Option)property.GetValue(holder)!).Name),
    ];

    /// <summary>The message with options in place of settings.</summary>
    internal static string In(string message) =>
        Known.Aggregate(message, (text, name) => text.Replace(name.Setting, name.Option, StringComparison.Ordinal));
}
