using System.Globalization;
using static Calibration.Tools.SampleText;

namespace Calibration.Tools;

/// <summary>
/// Invented problems in BBH's format: six tasks whose answers are of all its kinds, sixty items each, in our own wording.
/// </summary>
internal static class BbhSamples
{
    private const int ItemsInATask = 60;
    private const string Open = "([{<";
    private const string Close = ")]}>";

    private static readonly string[] Vocabulary =
    [
        "anchor", "basil", "cobalt", "dune", "ember", "fjord", "gravel", "harbor", "inkwell", "juniper", "kelp", "lichen", "marble", "nectar",
        "orchid", "pebble", "quartz", "rivet", "saffron", "thistle", "umber", "velvet", "willow", "yarrow", "zephyr", "o'clock", "r&b", "don't",
    ];

    private static readonly string[] Kitchen = ["pots", "ladles", "whisks", "sieves", "kettles"];
    private static readonly string[] Garden = ["rakes", "spades", "hoses", "trowels", "barrows"];

    /// <summary>JSON documents by task.</summary>
    public static IEnumerable<(string Task, string Json)> Json()
    {
        yield return ("boolean_expressions", Document("boolean_expressions", Expression));
        yield return ("dyck_languages", Document("dyck_languages", Brackets));
        yield return ("logical_deduction_three_objects", Document("logical_deduction_three_objects", Order));
        yield return ("multistep_arithmetic_two", Document("multistep_arithmetic_two", Arithmetic));
        yield return ("navigate", Document("navigate", Return));
        yield return ("object_counting", Document("object_counting", Counting));
        yield return ("word_sorting", Document("word_sorting", Sorting));
    }

    private static string Document(string task, Func<SampleDraw, Item> draw)
    {
        SampleDraw random = new("samples/bbh/" + task);
        return SampleText.Document(
            new
            {
                canary = "invented samples, no benchmark's data",
                examples = SampleFiles.Distinct(
                ItemsInATask, _ => draw(random), item => item.Input)
            });
    }

    private static Item Expression(SampleDraw d)
    {
        (bool value, string text) = Term(d);
        for (int i = d.From(2, 4); i > 0; i--)
        {
            (bool other, string next) = Term(d);
            bool and = d.From(0, 1) == 0;
            (value, text) = and ? (value && other, $"({text}) and {next}") : (value || other, $"({text}) or {next}");
        }

        return new($"What is the value of: {text}", value ? "True" : "False");
    }

    private static (bool Value, string Text) Term(SampleDraw d)
    {
        (bool value, int nots) = (d.From(0, 1) == 1, d.From(0, 2));
        return (nots % 2 == 1 ? !value : value, string.Concat(Enumerable.Repeat("not ", nots)) + (value ? "True" : "False"));
    }

    private static Item Brackets(SampleDraw d)
    {
        List<char> sequence = [];
        Stack<char> open = new();
        int length = d.From(6, 16);
        while (sequence.Count < length || open.Count == 0)
        {
            if (open.Count > 0 && (open.Count > 3 || d.From(0, 2) == 0))
            {
                sequence.Add(open.Pop());
                continue;
            }

            int kind = d.From(0, Open.Length - 1);
            sequence.Add(Open[kind]);
            open.Push(Close[kind]);
        }

        return new(
            $"Which brackets are missing at the end so that all are closed in order? {string.Join(' ', sequence)}", string.Join(' ', open));
    }

    private static Item Order(SampleDraw d)
    {
        List<string> order = d.Several(Names, 3);
        List<string> listed = d.Several(order, 3);
        (string first, string last) = (order[0], order[2]);
        string clue = d.From(0, 1) == 0
            ? $"{first} came in before {order[1]}. {last} came in after {order[1]}."
            : $"{last} was not first. {first} came in before {order[1]}, and {order[1]} before {last}.";
        int place = d.From(0, 2);
        string[] places = ["first", "second", "third"];
        IEnumerable<string> options = listed.Select((name, i) => $"({(char)('A' + i)}) {name} came in {places[place]}");
        return new(
            $"Three runners, {listed[0]}, {listed[1]} and {listed[2]}, finished one after the other. {clue} Which statement "
                + $"holds?\nOptions:\n{string.Join('\n', options)}",
            $"({(char)('A' + listed.IndexOf(order[place]))})");
    }

    private static Item Arithmetic(SampleDraw d)
    {
        int[] n = [.. Enumerable.Range(0, 6).Select(_ => d.From(-9, 9))];
        int value = (n[0] * n[1]) - n[2] + (n[3] - (n[4] * n[5]));
        return new($"(({n[0]} * {n[1]}) - {n[2]}) + ({n[3]} - ({n[4]} * {n[5]})) =", value.ToString(CultureInfo.InvariantCulture));
    }

    private static Item Return(SampleDraw d)
    {
        (string Word, int X, int Y)[] ways = [("north", 0, 1), ("south", 0, -1), ("east", 1, 0), ("west", -1, 0)];
        (int x, int y) = (0, 0);
        List<string> steps = [];
        for (int i = d.From(3, 6); i > 0; i--)
        {
            (string word, int dx, int dy) = d.Of(ways);
            int count = d.From(1, 9);
            (x, y) = (x + (dx * count), y + (dy * count));
            steps.Add($"{count} {word}");
        }

        // Half of the walks are led home.
        if (d.From(0, 1) == 0)
        {
            if (x != 0) steps.Add($"{Math.Abs(x)} {(x > 0 ? "west" : "east")}");
            if (y != 0) steps.Add($"{Math.Abs(y)} {(y > 0 ? "south" : "north")}");
            (x, y) = (0, 0);
        }

        return new(
            $"A robot takes these steps: {string.Join(", ", steps)}. Is it then back where it began?\nOptions:\n- Yes\n- No",
            x == 0 && y == 0 ? "Yes" : "No");
    }

    private static Item Counting(SampleDraw d)
    {
        List<(string Thing, int Count, bool Kitchen)> things =
        [
            .. d.Several(Kitchen, d.From(2, 4)).Select(thing => (thing, d.From(2, 9), true)),
            .. d.Several(Garden, d.From(1, 3)).Select(thing => (thing, d.From(2, 9), false)),
        ];
        IEnumerable<string> listed = d.Several(things, things.Count).Select(thing => $"{thing.Count} {thing.Thing}");
        return new(
            $"A shed holds {string.Join(", ", listed)}. How many things for the kitchen are in it?",
            things.Where(thing => thing.Kitchen).Sum(thing => thing.Count).ToString(CultureInfo.InvariantCulture));
    }

    private static Item Sorting(SampleDraw d)
    {
        List<string> words = d.Several(Vocabulary, d.From(4, 12));
        return new(
            $"Put these words into alphabetical order: {string.Join(' ', words)}", string.Join(' ', words.Order(StringComparer.Ordinal)));
    }

    private sealed record Item(string Input, string Target);
}
