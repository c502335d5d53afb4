using System.Globalization;
using Calibration.Datasets.Python;
using static Calibration.Tools.SampleText;

namespace Calibration.Tools;

/// <summary>
/// Invented small Python functions in CRUXEval's format. Each output is computed here by the same steps; a script run once with CPython
/// agreed on all.
/// </summary>
internal static class CruxEvalSamples
{
    private static readonly string[] Syllables = ["ka", "lo", "mi", "ru", "ten", "vo", "sal", "pi", "dor", "ne", "gu", "hax"];

    private static readonly Func<SampleDraw, Row>[] Kinds =
        [EvenSquares, Vowels, LetterCounts, Shifted, Interleaved, IsBalanced, MinMax, Words, Zipped, Doubling, Escaped, Means];

    public static string JsonLines()
    {
        SampleDraw draw = new("samples/cruxeval");
        List<Row> rows = SampleFiles.Distinct(SampleFiles.Count, i => Kinds[i % Kinds.Length](draw), row => row.Code + row.Input);
        return Lines(rows.Select((row, i) => row with { Id = $"invented_{i}" }));
    }

    private static Row EvenSquares(SampleDraw d)
    {
        List<int> xs = Numbers(d, 4, 7);
        return new(
            "def f(xs):\n    out = []\n    for x in xs:\n        if x % 2 == 0:\n            out.append(x * x)\n    return out",
            List(xs), List(xs.Where(x => x % 2 == 0).Select(x => x * x)));
    }

    private static Row Vowels(SampleDraw d)
    {
        string s = Word(d);
        return new(
            "def f(s):\n    n = 0\n    for c in s:\n        if c in 'aeiou':\n            n += 1\n    return n",
            Quoted(s),
            Number(s.Count(c => "aeiou".Contains(c))));
    }

    private static Row LetterCounts(SampleDraw d)
    {
        string s = Word(d);
        IEnumerable<string> entries = s.Distinct().Select(c => $"{Quoted(c.ToString())}: {s.Count(other => other == c)}");
        return new(
            "def f(s):\n    seen = {}\n    for c in s:\n        seen[c] = seen.get(c, 0) + 1\n    return seen",
            Quoted(s),
            "{" + string.Join(", ", entries) + "}");
    }

    private static Row Shifted(SampleDraw d)
    {
        (string s, int k) = (Word(d), d.From(1, 3));
        int at = k % s.Length;
        return new(
            "def f(s, k):\n    k = k % len(s)\n    return s[k:] + s[:k].upper()",
            $"{Quoted(s)}, {k}",
            Quoted(s[at..] + s[..at].ToUpperInvariant()));
    }

    private static Row Interleaved(SampleDraw d)
    {
        (string a, string b, string mark) = (Word(d), Word(d), d.Of(["-", "+", "#", " ", "|"]));
        string joined = string.Join(mark, a.Zip(b, (x, y) => $"{x}{y}"));
        return new(
            "def f(a, b, mark):\n    pairs = [x + y for x, y in zip(a, b)]\n    return mark.join(pairs)",
            $"{Quoted(a)}, {Quoted(b)}, {Quoted(mark)}",
            Quoted(joined));
    }

    private static Row IsBalanced(SampleDraw d)
    {
        List<int> xs = Numbers(d, 3, 6);
        int half = xs.Count / 2;
        return new(
            "def f(xs):\n    half = len(xs) // 2\n    return sum(xs[:half]) < sum(xs[half:])",
            List(xs),
            xs.Take(half).Sum() < xs.Skip(half).Sum() ? "True" : "False");
    }

    private static Row MinMax(SampleDraw d)
    {
        List<int> xs = Numbers(d, 3, 6);
        return new("def f(xs):\n    return min(xs), max(xs), len(set(xs))", List(xs), $"({xs.Min()}, {xs.Max()}, {xs.Distinct().Count()})");
    }

    private static Row Words(SampleDraw d)
    {
        List<string> words = [.. Enumerable.Range(0, d.From(2, 4)).Select(_ => Word(d))];
        int limit = d.From(4, 6);
        return new(
            "def f(text, limit):\n    return [w[::-1] for w in text.split() if len(w) > limit]",
            $"{Quoted(string.Join(' ', words))}, {limit}",
            "[" + string.Join(", ", words.Where(w => w.Length > limit).Select(w => Quoted(new string([.. w.Reverse()])))) + "]");
    }

    private static Row Zipped(SampleDraw d)
    {
        List<int> keys = d.Several(Enumerable.Range(1, 9), d.From(2, 4));
        List<string> values = [.. keys.Select(_ => Word(d))];
        string input = "[" + string.Join(", ", keys.Zip(values, (k, v) => $"({k}, {Quoted(v)})")) + "]";
        IEnumerable<string> entries = keys.Zip(values).Where(pair => pair.First % 2 == 1).Select(pair =>
            $"{pair.First}: {Quoted(pair.Second)}");
        return new(
            "def f(pairs):\n    kept = {}\n    for key, value in pairs:\n        if key % 2:\n            kept[key] = value\n    return "
                + "kept",
            input,
            "{" + string.Join(", ", entries) + "}");
    }

    private static Row Doubling(SampleDraw d)
    {
        (int start, int limit) = (d.From(1, 20), d.From(50, 900));
        int value = start;
        int steps = 0;
        for (; value < limit; steps++) value = (value * 2) + 1;
        return new(
            "def f(n, limit):\n    steps = 0\n    while n < limit:\n        n = n * 2 + 1\n        steps += 1\n    return [n, steps]",
            $"{start}, {limit}",
            $"[{value}, {steps}]");
    }

    private static Row Escaped(SampleDraw d)
    {
        (string a, string b) = (Word(d), Word(d));
        return new(
            "def f(a, b):\n    return a + '\\n' + b.title() + \"'\"",
            $"{Quoted(a)}, {Quoted(b)}",
            Quoted($"{a}\n{char.ToUpperInvariant(b[0])}{b[1..]}'"));
    }

    private static Row Means(SampleDraw d)
    {
        List<int> xs = [d.From(-20, 60), d.From(-20, 60)];
        return new("def f(xs):\n    if not xs:\n        return None\n    return sum(xs) / 2", List(xs), PythonNumber.Repr(xs.Sum() / 2.0));
    }

    private static List<int> Numbers(SampleDraw d, int fewest, int most) =>
        [.. Enumerable.Range(0, d.From(fewest, most)).Select(_ => d.From(-9, 40))];

    private static string Word(SampleDraw d) => string.Concat(Enumerable.Range(0, d.From(2, 3)).Select(_ => d.Of(Syllables)));

    private static string Quoted(string text) => PythonText.String([.. text.Select(c => (int)c)]).Repr;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<int> items) => "[" + string.Join(", ", items.Select(Number)) + "]";

    private sealed record Row(string Code, string Input, string Output, string Id = "");
}
