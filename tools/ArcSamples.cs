using System.Globalization;
using static Calibration.Tools.SampleText;

namespace Calibration.Tools;

/// <summary>
/// Invented school science questions in ARC's format: sorting things into groups, and small calculations. A few items have numeric
/// labels, three or five choices.
/// </summary>
internal static class ArcSamples
{
    private static readonly (string Group, string[] Members)[] Groups =
    [
        ("a mammal", ["otter", "bat", "dolphin", "hedgehog", "camel", "squirrel"]),
        ("a bird", ["heron", "penguin", "finch", "ostrich", "kiwi", "swan"]),
        ("a reptile", ["gecko", "tortoise", "cobra", "iguana", "crocodile"]),
        ("an insect", ["beetle", "moth", "ant", "dragonfly", "grasshopper"]),
        ("a fish", ["trout", "eel", "herring", "perch", "seahorse"]),
        ("a metal", ["iron", "copper", "zinc", "nickel", "silver"]),
        ("a gas at room temperature", ["helium", "oxygen", "neon", "methane", "nitrogen"]),
        ("a planet of our solar system", ["Mars", "Venus", "Saturn", "Neptune", "Jupiter"]),
        ("a rock", ["granite", "basalt", "slate", "limestone", "sandstone"]),
        ("a part of a plant", ["petal", "stem", "stamen", "root hair", "leaf vein"]),
        ("an organ of the human body", ["liver", "kidney", "pancreas", "spleen", "gallbladder"]),
        ("a tool that measures something", ["thermometer", "barometer", "ruler", "stopwatch", "spring scale"]),
    ];

    private static readonly string[] Askings =
        ["Which of these is {0}?", "A pupil sorts cards into boxes. Which card belongs into the box for {0}?", "Only one of the following "
            + "is {0}. Which one?"];

    public static string JsonLines()
    {
        SampleDraw draw = new("samples/arc");
        List<Item> items = SampleFiles.Distinct(
            SampleFiles.Count,
            i => i % 4 == 3 ? Speed(draw) : Sorting(draw, Choices(i)),
            item => item.Question + string.Join('|', item.Texts));
        return Lines(items.Select((item, i) => new
        {
            Id = $"INVENTED_{i:D4}",
            item.Question,
            Choices = new { Text = item.Texts, Label = item.Texts.Select((_, k) => Label(i, k)) },
            AnswerKey = Label(i, item.Gold),
        }));
    }

    private static int Choices(int i) => (i % 50) switch { 1 => 3, 2 => 5, _ => 4 };

    private static string Label(int i, int choice) =>
        i % 40 == 5 ? (choice + 1).ToString(CultureInfo.InvariantCulture) : ((char)('A' + choice)).ToString();

    private static Item Sorting(SampleDraw d, int choices)
    {
        List<(string Group, string[] Members)> groups = d.Several(Groups, choices);
        List<string> texts = [.. groups.Select(group => d.Of(group.Members))];
        int gold = d.From(0, choices - 1);
        string asking = string.Format(CultureInfo.InvariantCulture, d.Of(Askings), groups[gold].Group);
        return new(asking, texts, gold);
    }

    private static Item Speed(SampleDraw d)
    {
        (int speed, int seconds) = (d.From(2, 20), d.From(3, 40));
        string thing = d.Of(["cart", "toy boat", "skater", "drone", "marble"]);
        int gold = d.From(0, 3);
        List<int> wrong = d.Several(
            new[] { speed + 1, speed * seconds, speed + seconds, speed * 2, seconds }.Distinct().Where(value => value != speed), 3);
        List<string> texts = [.. wrong.Select(value => $"{value} m/s")];
        texts.Insert(gold, $"{speed} m/s");
        return new($"A {thing} covers {speed * seconds} meters in {seconds} seconds at constant speed. How fast does it move?", texts, gold);
    }

    private sealed record Item(string Question, List<string> Texts, int Gold);
}
