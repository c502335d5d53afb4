using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Calibration.Report.Page;

/// <summary>The page's template and scripts, which are embedded in the assembly.</summary>
internal static partial class PageTemplate
{
    /// <summary>The template with its placeholders filled; what is filled in is not searched for placeholders again.</summary>
    internal static string Filled(IReadOnlyDictionary<string, string> parts)
    {
        FrozenDictionary<string, string> all = parts.Concat(
            [KeyValuePair.Create("solver", Text("solver.js").Trim()), KeyValuePair.Create("script", Text("page.js").Trim())])
            .ToFrozenDictionary(StringComparer.Ordinal);
        return Placeholder().Replace(Text("page.html"), match => all[match.Groups[1].Value]);
    }

    /// <summary>An embedded text.</summary>
    internal static string Text(string name)
    {
        using Stream stream = typeof(PageTemplate).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}
