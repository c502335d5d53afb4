using System.Text.Json;
using Calibration.Datasets.Python;
using Xunit;

namespace Calibration.Tests.Datasets.Python;

/// <summary>Parsing and equality agree with CPython on the table that <c>python_pairs.py</c> wrote.</summary>
public sealed class PythonLiteralTests
{
    [Fact]
    public void Equality_TableOfCPython_Agrees()
    {
        int pairs = 0;
        List<string> faults = [];
        foreach (string line in File.ReadLines(Shared.Source("python-pairs.jsonl")))
        {
            pairs++;
            using JsonDocument document = JsonDocument.Parse(line);
            (string a, string b) = (document.RootElement.GetProperty("a").GetString()!, document.RootElement.GetProperty("b").GetString()!);
            (PythonLiteral? x, PythonLiteral? y) = (PythonLiteral.Parse(a), PythonLiteral.Parse(b));
            string bad = (x is null ? "a" : "") + (y is null ? "b" : "");
            JsonElement equal = document.RootElement.GetProperty("equal");
            string expected = equal.ValueKind == JsonValueKind.Null ? document.RootElement.GetProperty("bad").GetString()! : "";
            if (bad != expected) faults.Add($"unparsed '{bad}' for '{expected}': {Short(line)}");
            else if (bad.Length == 0 && x!.Equals(y) != equal.GetBoolean()) faults.Add(
                $"{x} == {y} is {!equal.GetBoolean()}: {Short(line)}");
        }

        Assert.True(pairs >= 2000, $"{pairs} pairs");
        Assert.True(faults.Count == 0, $"{faults.Count} of {pairs}:\n{string.Join('\n', faults.Take(40))}");
    }

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("1e16", "1e+16")]
    [InlineData("123456789012345.6", "123456789012345.6")]
    [InlineData("1234567890123456.0", "1234567890123456.0")]
    [InlineData("1e-5", "1e-05")]
    [InlineData("0.00012", "0.00012")]
    [InlineData("-1.25e-7", "-1.25e-07")]
    [InlineData("1e300", "1e+300")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("'it\\'s'", "\"it's\"")]
    [InlineData("'\\x00\\n\\u00e9'", "'\\x00\\né'")]
    [InlineData("{'a' : 1, 'b':{2,1}}", "{'a': 1, 'b': {1, 2}}")]
    [InlineData("(1,)", "(1,)")]
    [InlineData("b\"a\\xff'\"", "b\"a\\xff'\"")]
    [InlineData("1+2j", "(1+2j)")]
    [InlineData("-2j", "(-0-2j)")]
    public void Repr_Literal_AsPythonWritesIt(string text, string repr)
    {
        PythonLiteral literal = PythonLiteral.Parse(text)!;
        Assert.Equal(repr, literal.Repr);
        Assert.Equal(literal, PythonLiteral.Parse(repr));
    }

    [Fact]
    public void Parse_DeepOrEndless_NoFault()
    {
        foreach (string noise in new[]
        {
            new string('(', 100_000),
            new string('[', 100_000),
            new string('{', 100_000),
            string.Concat(Enumerable.Repeat("{1:", 50_000)),
            new string('-', 100_000),
            new string('\'', 99_999),
        })
            Assert.Null(PythonLiteral.Parse(noise));
    }

    private static string Short(string line) => line.Length > 200 ? line[..200] : line;
}
