using System.Globalization;

namespace Calibration.Tools;

/// <summary>Invented science calculations in GPQA's format: the correct answer and three wrong ones that typical slips lead to.</summary>
internal static class GpqaSamples
{
    private static readonly Func<SampleDraw, Item>[] Kinds = [Decay, Dilution, Cross, Lens, Capacitor, HardyWeinberg, Gas, Orbit];

    public static string Csv()
    {
        SampleDraw draw = new("samples/gpqa");
        List<Item> items = SampleFiles.Distinct(SampleFiles.Count, i => Apart(() => Kinds[i % Kinds.Length](draw)), item => item.Question);
        IEnumerable<string[]> rows = items.Select((item, i) => new[]
        {
            item.Question, item.Answers[0], item.Answers[1], item.Answers[2], item.Answers[3],
            "Computed by the sample generator.", item.Subdomain, item.Domain, $"sample{i:D4}",
        });
        return SampleText.Csv(rows.Prepend(
            ["Question", "Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3", "Explanation", "Subdomain", "High-level domain", "Record ID"]));
    }

    // Slips may lead to the same value: then the item is drawn again.
    private static Item Apart(Func<Item> draw)
    {
        Item item = draw();
        while (item.Answers.Distinct().Count() < item.Answers.Length) item = draw();
        return item;
    }

    private static Item Decay(SampleDraw d)
    {
        (int half, int periods, int start) = (d.From(3, 40), d.From(2, 5), d.From(1, 12) * 160);
        int left = start >> periods;
        return new(
            $"A sample holds {start} mg of a nuclide with a half-life of {half} days.\nHow much of it is left after {half * periods} days?",
            [$"{left} mg", $"{left * 2} mg", $"{start - left} mg", $"{start / (periods + 1.0):0.#} mg"], "Nuclear physics", "Physics");
    }

    private static Item Dilution(SampleDraw d)
    {
        (int volume, int factor, int concentration) = (d.From(2, 20) * 5, d.From(3, 9), d.From(2, 12) * 10);
        int end = volume * factor;
        double right = (double)concentration / factor;
        return new(
            $"{volume} mL of a {concentration} mM buffer are filled up with water to {end} mL.\nWhat is the final concentration?",
            [$"{right:0.##} mM", $"{right / factor:0.###} mM", $"{(double)concentration / (factor - 1):0.##} mM", $"{right * 2 * factor / (factor + 1):0.##} mM"], "Biochemistry", "Chemistry");
    }

    private static Item Cross(SampleDraw d)
    {
        (int genes, int children) = (d.From(2, 4), d.From(1, 40) * 256);
        int all = (int)Math.Pow(4, genes);
        int recessive = children / all;
        return new(
            $"Two plants heterozygous for {genes} unlinked genes are crossed and give {children} seedlings.\nHow many seedlings are expected to be homozygous recessive for all of these genes?",
            [$"{recessive}", $"{recessive * (int)Math.Pow(3, genes)}", $"{recessive * (int)Math.Pow(2, genes)}", $"{children - recessive}"], "Genetics", "Biology");
    }

    private static Item Lens(SampleDraw d)
    {
        int f = d.From(4, 60);
        int k = d.From(2, 6);
        return new(
            $"A thin converging lens has a focal length of {f} cm. An object stands {f * k} cm in front of it.\nAt what distance behind the lens does the image form?",
            [$"{(double)f * k / (k - 1):0.##} cm", $"{(double)f * k / (k + 1):0.##} cm", $"{f * (k + 1)} cm", $"{f / (double)k:0.##} cm"], "Optics", "Physics");
    }

    private static Item Capacitor(SampleDraw d)
    {
        (int c, int v, int k) = (d.From(1, 50), d.From(2, 30), d.From(2, 7));
        return new(
            $"A capacitor of {c} µF is charged to {v} V and disconnected. A dielectric of relative permittivity {k} then fills it.\nWhat voltage is across it now?",
            [$"{(double)v / k:0.###} V", $"{v * k} V", $"{(double)v / (k * k):0.###} V", $"{v * Math.Sqrt(k):0.###} V"], "Electromagnetism", "Physics");
    }

    private static Item HardyWeinberg(SampleDraw d)
    {
        int q = d.From(1, 45);
        double frequency = q / 100.0;
        return new(
            $"In a large population at Hardy–Weinberg equilibrium a recessive allele has the frequency {frequency:0.00}.\nWhat share of the population carries exactly one copy of it?",
            [$"{2 * frequency * (1 - frequency):0.0000}", $"{frequency * frequency:0.0000}", $"{(1 - frequency) * (1 - frequency):0.0000}", $"{frequency * (1 - frequency):0.0000}"], "Population genetics", "Biology");
    }

    private static Item Gas(SampleDraw d)
    {
        (int t, int v, int k) = (d.From(10, 20) * 20, d.From(2, 30), d.From(2, 5));
        return new(
            $"An ideal gas fills {v} L at {t} K and constant pressure. It is heated to {t * k} K.\nWhich volume does it fill then?",
            [$"{v * k} L", $"{(double)v / k:0.##} L", $"{v * (k + 1)} L", $"{v * k * k} L"], "Thermodynamics", "Chemistry");
    }

    private static Item Orbit(SampleDraw d)
    {
        (int days, int k, string name) = (d.From(5, 90), d.Of([4, 9, 16]), d.Of(["Ostra", "Vell", "Meru", "Kaan"]));
        int root = (int)Math.Sqrt(k);
        return new(
            $"A moon circles the planet {name} in {days} days. A second moon's orbit has {k} times the radius.\nWhat is its period?",
            [$"{days * k * root} days", $"{days * k} days", $"{days * root} days", $"{days * k * k} days"], "Astrophysics", "Physics");
    }

    private sealed record Item(FormattableString Text, FormattableString[] Values, string Subdomain, string Domain)
    {
        public string Question { get; } = Text.ToString(CultureInfo.InvariantCulture);

        public string[] Answers { get; } = [.. Values.Select(value => value.ToString(CultureInfo.InvariantCulture))];
    }
}
