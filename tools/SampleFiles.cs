using System.Text;

namespace Calibration.Tools;

/// <summary>Generates the product's own sample problems (<c>datasets/samples</c>).</summary>
public static class SampleFiles
{
    /// <summary>Problems in each benchmark of one file.</summary>
    internal const int Count = 300;

    /// <summary>All sample files by their path below the samples directory, generated anew; the same bytes every time.</summary>
    public static IReadOnlyDictionary<string, byte[]> Generate()
    {
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal)
        {
            ["aime/AIME_Dataset_1983_2024.csv"] = Bytes(AimeSamples.Csv()),
            ["arc/test.jsonl"] = Bytes(ArcSamples.JsonLines()),
            ["cruxeval/test.jsonl"] = Bytes(CruxEvalSamples.JsonLines()),
            ["gpqa/gpqa_main.csv"] = Bytes(GpqaSamples.Csv()),
            ["gsm8k/test.jsonl"] = Bytes(Gsm8kSamples.JsonLines()),
        };
        foreach ((string task, string json) in BbhSamples.Json())
            files[$"bbh/{task}.json"] = Bytes(json);
        return files;
    }

    /// <summary>Draws problems until there are enough different ones.</summary>
    internal static List<T> Distinct<T>(int count, Func<int, T> draw, Func<T, string> text)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<T> problems = [];
        for (int i = 0; problems.Count < count; i++)
        {
            T problem = draw(i);
            if (seen.Add(text(problem)))
                problems.Add(problem);
        }

        return problems;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
