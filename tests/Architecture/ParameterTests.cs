using System.Text.RegularExpressions;
using Mono.Cecil;
using Xunit;

namespace Calibration.Tests.Architecture;

/// <summary>
/// A method has at most 4 parameters and a token, a primary constructor at most 3: what belongs together is a type. Records are data, and
/// have as many as they need.
/// </summary>
public sealed partial class ParameterTests
{
    private const int OfMethod = 4;
    private const int OfPrimaryConstructor = 3;

    /// <summary>Assemblies by their folders.</summary>
    public static TheoryData<string, string> Assemblies => new()
    {
        { "datasets", "Calibration.Datasets" },
        { "results", "Calibration.Results" },
        { "harness", "Calibration.Harness" },
        { "report", "Calibration.Report" },
        { "endpoint", "Calibration.Endpoint" },
        { "calibrate", "calibrate" },
    };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Methods_OfEveryType_HaveFewParameters(string folder, string name)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        string[] wide =
        [
            .. from type in assembly.MainModule.GetTypes()
               where IsOurs(type)
               from method in type.Methods
               where IsWritten(method) && !IsOverride(method) && !(method.IsConstructor && IsRecord(type))
               let count = method.Parameters.Count(parameter => parameter.ParameterType.FullName != typeof(CancellationToken).FullName)
               where count > OfMethod
               select $"{folder}: {type.FullName}.{method.Name} has {count} parameters",
        ];
        Assert.True(wide.Length == 0, string.Join('\n', wide));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void PrimaryConstructors_OfEveryClass_HaveFewParameters(string folder, string name)
    {
        string[] wide =
        [
            .. from file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
               from Match match in PrimaryConstructor().Matches(File.ReadAllText(file))
               let count = ParametersIn(match.Groups["parameters"].Value)
               where count > OfPrimaryConstructor
               select $"{name}: {match.Groups["type"].Value} has {count} parameters",
        ];
        Assert.True(wide.Length == 0, string.Join('\n', wide));
    }

    [Theory]
    [InlineData("int a", 1)]
    [InlineData("Dictionary<string, int> a, (int, int) b, Func<int, int> c", 3)]
    public void ParametersIn_NestedCommas_AreNotCounted(string parameters, int expected) =>
        Assert.Equal(expected, ParametersIn(parameters));

    private static bool IsOurs(TypeDefinition type) =>
        OutermostOf(type).Namespace.StartsWith("Calibration", StringComparison.Ordinal) && !IsGenerated(type) && !type.Name.Contains('<');

    private static TypeDefinition OutermostOf(TypeDefinition type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type;

    private static bool IsWritten(MethodDefinition method) => !method.Name.Contains('<') && !IsGenerated(method);

    private static bool IsOverride(MethodDefinition method) => method.IsVirtual && method.IsReuseSlot;

    private static bool IsGenerated(ICustomAttributeProvider member) => member.CustomAttributes.Any(attribute =>
        attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    private static bool IsRecord(TypeDefinition type) => type.Methods.Any(method => method.Name == "PrintMembers");

    /// <summary>Commas outside of brackets, and one more.</summary>
    private static int ParametersIn(string parameters)
    {
        int depth = 0;
        return 1 + parameters.Count(c =>
        {
            depth += c is '<' or '(' or '[' ? 1 : c is '>' or ')' or ']' ? -1 : 0;
            return c == ',' && depth == 0;
        });
    }

    [GeneratedRegex(
        @"(?<!record )\b(?:class|struct) (?<type>\w+)(?:<[^>(]*>)?\((?<parameters>(?:[^()]|\([^()]*\))+)\)", RegexOptions.Singleline)]
    private static partial Regex PrimaryConstructor();
}
