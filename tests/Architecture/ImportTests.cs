using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Calibration.Tests.Architecture;

/// <summary>The table of allowed imports (docs/decisions.md) holds in every project file.</summary>
public sealed partial class ImportTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["datasets"] = [],
        ["results"] = [],
        ["harness"] = ["datasets", "results"],
        ["fitting"] = [],
        ["optimizer"] = ["fitting"],
        ["analysis"] = ["results", "fitting", "optimizer"],
        ["report"] = ["results", "fitting", "optimizer", "analysis"],
        ["endpoint"] = ["datasets"],
        ["calibrate"] = ["datasets", "results", "harness", "fitting", "optimizer", "analysis", "report", "endpoint"],
    };

    public static TheoryData<string> Folders => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Project_Imports_AreAllowed(string folder)
    {
        string project = Assert.Single(Directory.GetFiles(Repository.File(folder), "*.csproj"));
        string[] imports =
        [
            .. XDocument.Load(project).Descendants("ProjectReference").Select(reference =>
                reference.Attribute("Include")!.Value.Split('/')[^2]),
        ];
        Assert.Empty(imports.Except(Allowed[folder]));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Source_Namespace_IsItsFolder(string folder)
    {
        string expected = "Calibration." + char.ToUpperInvariant(folder[0]) + folder[1..];
        foreach (string file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
        {
            Match match = NamespaceLine().Match(File.ReadAllText(file));
            Assert.True(
                !match.Success || match.Groups[1].Value == expected
                    || match.Groups[1].Value.StartsWith(expected + ".", StringComparison.Ordinal),
                file);
        }
    }

    [Fact]
    public void ScottPlot_IsUsed_InReportOnly() => Assert.Equal(["report"], FoldersWithPackage("ScottPlot"));

    [Fact]
    public void OpenAI_IsUsed_InHarnessOnly() => Assert.Equal(["harness"], FoldersWithPackage("OpenAI"));

    [Fact]
    public void Source_LegacyGenerator_IsNotUsed()
    {
        foreach (string folder in Allowed.Keys)
        {
            foreach (string file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
                Assert.False(LegacyGenerator().IsMatch(File.ReadAllText(file)), $"{file} uses .NET's legacy generator, which is biased.");
        }
    }

    [Fact]
    public void Types_NamesThatSayNothing_AreNotUsed()
    {
        foreach (string folder in Allowed.Keys)
        {
            foreach (string file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
                Assert.DoesNotMatch("(Manager|Helper|Utils|Common|Base|Impl)\\.cs$", file);
        }
    }

    private static string[] FoldersWithPackage(string package) =>
    [
        .. Allowed.Keys.Where(folder => XDocument.Load(Directory.GetFiles(Repository.File(folder), "*.csproj")[0])
            .Descendants("PackageReference").Any(reference => reference.Attribute("Include")!.Value == package)),
    ];

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"new (System\.)?Random\(")]
    private static partial Regex LegacyGenerator();
}
