using Calibration.Datasets.Loading;
using Calibration.Datasets.Python;

namespace Calibration.Datasets.Tasks;

/// <summary>
/// CRUXEval's rows as output prediction. The cue is the call itself, <c>f(input) == </c>, because a box makes models drop the quotes of
/// strings.
/// </summary>
internal static class CruxEvalRows
{
    public static FileLayout Layout { get; } = new(
        ["test.jsonl", "cruxeval.jsonl", "test-00000-of-00001.parquet", "0000.parquet", "default/test/0000.parquet",
            "data/test-00000-of-00001.parquet", "data/cruxeval.jsonl"],
        ["code", "input", "output", "id"]);

    public static IEnumerable<LoadedItem> Read(DatasetTable table) => table.Rows.Select(row =>
    {
        string input = row.Text("input");
        PythonLiteral gold = PythonLiteral.Parse(row.NonEmpty("output")) ?? throw row.Malformed("output", "is not a Python literal");
        return LoadedItem.Of(new Problem
        {
            Task = "cruxeval",
            Id = row.NonEmpty("id"),
            Prompt = Prompts.Output(row.NonEmpty("code"), input),
            Kind = AnswerKind.Literal,
            Gold = [gold.Repr],
            AnswerCue = $"f({input}) == ",
            AnswerTokenLimit = Prompts.LiteralTokens,
        });
    });
}
