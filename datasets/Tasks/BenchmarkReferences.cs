namespace Calibration.Datasets.Tasks;

/// <summary>Where the benchmarks are described: the fields of their BibTeX entries.</summary>
internal static class BenchmarkReferences
{
    internal static IReadOnlyDictionary<string, string> ByTask { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["aime"] = Fields("{Mathematical Association of America}", "American Invitational Mathematics Examination, 1983--2024", 2024,
            "Collection gneubig/aime-1983-2024 on the Hugging Face hub"),
        ["gsm8k"] = Fields("Cobbe, Karl and Kosaraju, Vineet and Bavarian, Mohammad and Chen, Mark and others",
            "Training Verifiers to Solve Math Word Problems", 2021, "arXiv:2110.14168"),
        ["gpqa"] = Fields("Rein, David and Hou, Betty Li and Stickland, Asa Cooper and Petty, Jackson and others",
            "{GPQA}: A Graduate-Level {Google}-Proof {Q\\&A} Benchmark", 2023, "arXiv:2311.12022"),
        ["cruxeval"] = Fields("Gu, Alex and Rozi{\\`e}re, Baptiste and Leather, Hugh and Solar-Lezama, Armando and others",
            "{CRUXEval}: A Benchmark for Code Reasoning, Understanding and Execution", 2024, "arXiv:2401.03065"),
        ["bbh"] = Fields("Suzgun, Mirac and Scales, Nathan and Sch{\\\"a}rli, Nathanael and Gehrmann, Sebastian and others",
            "Challenging {BIG-Bench} Tasks and Whether Chain-of-Thought Can Solve Them", 2022, "arXiv:2210.09261"),
        ["arc"] = Fields("Clark, Peter and Cowhey, Isaac and Etzioni, Oren and Khot, Tushar and others",
            "Think You Have Solved Question Answering? Try {ARC}, the {AI2} Reasoning Challenge", 2018, "arXiv:1803.05457"),
    };

    private static string Fields(string author, string title, int year, string note) => FormattableString.Invariant(
        $"author = {{{author}}},\n  title = {{{title}}},\n  year = {{{year}}},\n  note = {{{note}}}");
}
