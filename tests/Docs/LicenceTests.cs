using System.Text.Json;
using Xunit;

namespace Calibration.Tests.Docs;

/// <summary><c>docs/licences.md</c> lists what was resolved, and nothing else.</summary>
public sealed class LicenceTests
{
    private static readonly string[] NotShipped = ["tests", "benchmarks"];

    [Fact]
    public void Licences_EveryResolvedPackage_IsListed()
    {
        string[] sections = File.ReadAllText(Repository.File("docs/licences.md")).Split("\n## ");
        Assert.Equal(3, sections.Length);
        SortedSet<string> product = Resolved(folder => !NotShipped.Contains(folder));
        SortedSet<string> others = Resolved(NotShipped.Contains);
        others.ExceptWith(product);
        Assert.Equal(product, Listed(sections[1]));
        Assert.Equal(others, Listed(sections[2]));
    }

    private static SortedSet<string> Listed(string section) => new(
        from line in section.Split('\n')
        where line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| package", StringComparison.Ordinal)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        select cells[3].Length > 0 ? $"{cells[1]} {cells[2]}" : throw new InvalidDataException($"{cells[1]} has no licence."),
        StringComparer.Ordinal);

    private static SortedSet<string> Resolved(Func<string, bool> wanted)
    {
        var packages = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string project in Directory.GetDirectories(Repository.Root).Where(folder => wanted(Path.GetFileName(folder)))
            .SelectMany(folder => Directory.GetFiles(folder, "*.csproj")))
        {
            using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(Repository.File(
                $"artifacts/obj/{Path.GetFileNameWithoutExtension(project)}/project.assets.json")));
            packages.UnionWith(
                from library in assets.RootElement.GetProperty("libraries").EnumerateObject()
                where library.Value.GetProperty("type").GetString() == "package"
                select library.Name.Replace('/', ' '));
        }

        return packages;
    }
}
