using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>What the manifest says of the program and its machine.</summary>
internal static class ToolDescription
{
    internal static ToolFacts Read()
    {
        // The SDK appends the commit to the informational version: 0.1.0+<commit>[-dirty].
        string version = typeof(ToolDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        string[] parts = version.Split('+', 2);
        string commit = parts.Length == 2 ? parts[1] : "";
        bool dirty = commit.EndsWith("-dirty", StringComparison.Ordinal);
        return new ToolFacts(
            parts[0],
            dirty ? commit[..^"-dirty".Length] : commit,
            dirty,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.OSDescription,
            Environment.ProcessorCount,
            Packages());
    }

    private static ImmutableSortedDictionary<string, string> Packages() => ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal,
        from name in (string[])["CsvHelper", "MathNet.Numerics", "OpenAI", "Parquet", "ScottPlot", "System.ClientModel"]
        let assembly = Assembly.Load(name)
        select KeyValuePair.Create(
            name,
            assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
                ?? assembly.GetName().Version!.ToString()));
}
