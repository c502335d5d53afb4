using System.Text.RegularExpressions;
using Xunit;

namespace Calibration.Tests.Docs;

/// <summary>Documentation and string literals of the product use the field's terms, and not the words that these replaced.</summary>
public sealed partial class EnglishTests
{
    private static readonly string[] Folders =
        ["analysis", "calibrate", "datasets", "endpoint", "fitting", "harness", "optimizer", "report", "results"];

    /// <summary>What is written now, by the pattern of what was written before.</summary>
    private static readonly (string Instead, Regex Pattern)[] Replaced =
    [
        ("prompt format, token-id mode, text mode", Word("roads?")),
        ("end-of-thinking token", Word("(?:the|an?|own|early|its|bare|model's) closes?")),
        ("continue from a trace", Word("fork(?:s|ed|ing)?")),
        ("suspect", Word("doubt(?:ed|ful)")),
        ("excluded, or omitted", Word("unusable|left out|leaves out")),
        ("burst", Word("lumps?")),
        ("retry policy, timeout", Word("patience")),
        ("worker pool", Word("workforce")),
        ("goodness of fit", Word("(?:fits?|value|curve|line) (?:is|are) worth")),
        ("integer budgets", Word("whole budgets?")),
        ("fixed at a measured budget", Word("(?:is|are|task|tasks|and) held at|held at (?:a|its|their|the best)|held (?:exactly|as)")),
        ("an overnight run", Word("(?:a|the|full) nights?")),
        ("reported", Word("(?:not|is|are|server) told|tells? (?:its|no|the) (?:load|queue|context|length|model)|does not tell")),
        ("recomputed", Word("computed (?:twice|a second time)")),
        ("per", Word("(?:tokens|requests|queries|trials|rows|problems|seconds|answers|traces) a "
            + "(?:second|token|task|budget|trace|row|line|query|problem)")),
    ];

    /// <summary>Uses that are right, by file: the file's text may match the pattern of that replacement.</summary>
    private static readonly (string File, string Instead)[] Allowed =
    [
        // Names in files of schema 1.
        ("docs/schema.md", "prompt format, token-id mode, text mode"),
        ("results/Json/ManifestReading.cs", "prompt format, token-id mode, text mode"),
        ("results/Trial.cs", "prompt format, token-id mode, text mode"),
    ];

    /// <summary>Patterns of what models write, and their prompts: not our texts.</summary>
    private static readonly string[] NotOurs = ["datasets/Grading/", "datasets/Tasks/", "datasets/samples/"];

    public static TheoryData<string> Documents =>
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.GetFiles(Repository.File("docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file)),
    ];

    public static TheoryData<string> ProductFolders => [.. Folders];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_UsesNoReplacedWord(string document) => AssertPlain(Faults(document, File.ReadAllText(Repository.File(document))));

    [Theory]
    [MemberData(nameof(ProductFolders))]
    public void Literals_UseNoReplacedWord(string folder) => AssertPlain(
        from path in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')
        where !NotOurs.Any(file.StartsWith)
        from line in File.ReadLines(path)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match literal in Literal().Matches(line)
        from fault in Faults(file, literal.Groups[1].Value)
        select fault);

    /// <summary>Relative links of the documentation lead to files and headings that exist.</summary>
    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_Links_LeadSomewhere(string document)
    {
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.File(document))))
        {
            string[] target = link.Groups[1].Value.Split('#');
            string from = Repository.File(document);
            string file = target[0].Length == 0 ? from : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from)!, target[0]));
            Assert.True(Path.Exists(file), $"{document}: {link.Value} leads to no file.");
            if (target.Length > 1)
                Assert.Contains(target[1], File.ReadLines(file).Where(line => line.StartsWith('#')).Select(Anchor));
        }
    }

    private static IEnumerable<string> Faults(string file, string text) =>
        from replaced in Replaced
        where !Allowed.Contains((file, replaced.Instead))
        from Match match in replaced.Pattern.Matches(text)
        select $"{file}: \"{match.Value}\" in \"{Around(text, match)}\": write {replaced.Instead}.";

    private static void AssertPlain(IEnumerable<string> faults)
    {
        string[] all = [.. faults.Distinct()];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static string Around(string text, Match match)
    {
        int from = Math.Max(0, match.Index - 40), to = Math.Min(text.Length, match.Index + match.Length + 40);
        return text[from..to].ReplaceLineEndings(" ");
    }

    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static Regex Word(string pattern) =>
        new($@"(?<![\w/`.-])(?:{pattern.Replace(" ", @"\s+", StringComparison.Ordinal)})(?![\w-])", RegexOptions.IgnoreCase);

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\]\(((?!https?:)[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
