using static Calibration.Tools.SampleText;

namespace Calibration.Tools;

/// <summary>
/// Invented everyday arithmetic in GSM8K's format: worked lines with calculator marks, the gold number after <c>####</c>.
/// </summary>
internal static class Gsm8kSamples
{
    private static readonly string[] Goods = ["lanterns", "notebooks", "teacups", "kites", "candles", "baskets", "puzzles", "scarves"];

    private static readonly Func<SampleDraw, Row>[] Kinds = [Stall, Tank, Savings, Walk, Tiles, Thermometer, Orchard, Factory];

    public static string JsonLines()
    {
        SampleDraw draw = new("samples/gsm8k");
        return Lines(SampleFiles.Distinct(SampleFiles.Count, i => Kinds[i % Kinds.Length](draw), row => row.Question));
    }

    private static Row Stall(SampleDraw d)
    {
        (string name, string goods) = (d.Of(Names), d.Of(Goods));
        (int made, int kept, int price) = (d.From(15, 60), d.From(2, 12), d.From(2, 15));
        int sold = made - kept;
        return new(
            $"{name} makes {made} {goods} and keeps {kept} of them. The others are sold at ${price} apiece. How many dollars does {name} "
                + $"take in?",
            $"{made} - {kept} = <<{made}-{kept}={sold}>>{sold} {goods} are sold.\nThat brings {sold} * {price} = "
                + $"$<<{sold}*{price}={sold * price}>>{Grouped(sold * price)}.\n#### {Grouped(sold * price)}");
    }

    private static Row Tank(SampleDraw d)
    {
        (int start, int flow, int minutes, int leak) = (d.From(20, 200), d.From(6, 25), d.From(5, 40), d.From(1, 5));
        int net = flow - leak;
        return new(
            $"A tank holds {start} liters. Every minute {flow} liters run in and {leak} liters leak out. How many liters are in the tank "
                + $"after {minutes} minutes?",
            $"Each minute adds {flow} - {leak} = <<{flow}-{leak}={net}>>{net} liters.\nIn {minutes} minutes that is {net} * {minutes} = "
                + $"<<{net}*{minutes}={net * minutes}>>{net * minutes} liters.\nTogether {start} + {net * minutes} = "
                + $"<<{start}+{net * minutes}={start + (net * minutes)}>>{start + (net * minutes)} liters.\n#### "
                + $"{Grouped(start + (net * minutes))}");
    }

    private static Row Savings(SampleDraw d)
    {
        string name = d.Of(Names);
        (int weekly, int weeks, int price) = (d.From(5, 40), d.From(4, 20), d.From(30, 500));
        int saved = weekly * weeks;
        return new(
            $"{name} puts aside ${weekly} a week for {weeks} weeks, then pays ${price} for a bicycle, borrowing from an aunt if need be. "
                + $"How many dollars does {name} have at the end? (A debt counts as a negative number.)",
            $"{name} saves {weekly} * {weeks} = $<<{weekly}*{weeks}={saved}>>{saved}.\nAfter paying, {saved} - {price} = "
                + $"<<{saved}-{price}={saved - price}>>{saved - price} dollars are left.\n#### {saved - price}");
    }

    private static Row Walk(SampleDraw d)
    {
        string name = d.Of(Names);
        (int speed, int hours, int rest) = (d.From(3, 7), d.From(2, 6), d.From(1, 3));
        int distance = speed * hours;
        return new(
            $"{name} walks at {speed} kilometers an hour for {hours} hours, rests for {rest} hours, and walks the same way back at the "
                + $"same speed. How many hours pass from start to return?",
            $"One way takes {hours} hours for {speed} * {hours} = <<{speed}*{hours}={distance}>>{distance} kilometers.\nBoth ways take 2 "
                + $"* {hours} = <<2*{hours}={2 * hours}>>{2 * hours} hours.\nWith the rest it is {2 * hours} + {rest} = "
                + $"<<{2 * hours}+{rest}={(2 * hours) + rest}>>{(2 * hours) + rest} hours.\n#### {(2 * hours) + rest}");
    }

    private static Row Tiles(SampleDraw d)
    {
        (int length, int width, int side, int spare) = (d.From(4, 15), d.From(3, 12), d.From(2, 5), d.From(3, 30));
        int tiles = length * width * side * side;
        return new(
            $"A floor is {length} meters long and {width} meters wide. Along each meter fit {side} square tiles. A builder also orders "
                + $"{spare} spare tiles. How many tiles are ordered?",
            $"Lengthwise there are {length} * {side} = <<{length}*{side}={length * side}>>{length * side} tiles, across {width} * {side} "
                + $"= <<{width}*{side}={width * side}>>{width * side}.\nThe floor takes {length * side} * {width * side} = "
                + $"<<{length * side}*{width * side}={tiles}>>{tiles} tiles.\nWith the spare ones: {tiles} + {spare} = "
                + $"<<{tiles}+{spare}={tiles + spare}>>{tiles + spare}.\n#### {Grouped(tiles + spare)}");
    }

    private static Row Thermometer(SampleDraw d)
    {
        (int noon, int fall, int hours) = (d.From(2, 15), d.From(1, 4), d.From(3, 9));
        return new(
            $"At noon it is {noon} degrees. The temperature then falls by {fall} degrees an hour. What does the thermometer show {hours} "
                + $"hours later?",
            $"It falls by {fall} * {hours} = <<{fall}*{hours}={fall * hours}>>{fall * hours} degrees.\nThat leaves {noon} - "
                + $"{fall * hours} = <<{noon}-{fall * hours}={noon - (fall * hours)}>>{noon - (fall * hours)} degrees.\n#### "
                + $"{noon - (fall * hours)}");
    }

    private static Row Orchard(SampleDraw d)
    {
        (int rows, int trees, int apples, int share) = (d.From(4, 20), d.From(5, 25), d.From(10, 60), d.From(2, 5));
        int all = rows * trees * apples * share;
        return new(
            $"An orchard has {rows} rows of {trees} trees. In a good year each tree bears {share} crates of {apples} apples. How many "
                + $"apples does the orchard bear in a good year?",
            $"There are {rows} * {trees} = <<{rows}*{trees}={rows * trees}>>{rows * trees} trees.\nA tree bears {share} * {apples} = "
                + $"<<{share}*{apples}={share * apples}>>{share * apples} apples.\nAltogether {rows * trees} * {share * apples} = "
                + $"<<{rows * trees}*{share * apples}={all}>>{Grouped(all)} apples.\n#### {Grouped(all)}");
    }

    private static Row Factory(SampleDraw d)
    {
        (int rate, int hours, int percent) = (d.From(2, 30) * 100, d.From(3, 12), d.Of([5, 10, 20, 25, 50]));
        int made = rate * hours;
        int bad = made * percent / 100;
        return new(
            $"A machine presses {rate} screws an hour and runs for {hours} hours. {percent}% of the screws fail inspection. How many pass?",
            $"It presses {rate} * {hours} = <<{rate}*{hours}={made}>>{made} screws.\nOf these {percent}% are {bad}.\n{made} - {bad} = "
                + $"<<{made}-{bad}={made - bad}>>{made - bad} pass.\n#### {Grouped(made - bad)}");
    }

    private sealed record Row(string Question, string Answer);
}
