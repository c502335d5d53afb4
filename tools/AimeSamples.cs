using System.Globalization;
using System.Numerics;

namespace Calibration.Tools;

/// <summary>
/// Invented integer problems in AIME's format; every answer from 0 to 999 is computed by counting or by modular arithmetic.
/// </summary>
internal static class AimeSamples
{
    // Years far ahead, so that no id can be taken for a real paper's.
    private const int FirstYear = 3001;
    private const int ProblemsInAYear = 15;

    private static readonly Func<SampleDraw, (string Question, int Answer)>[] Kinds =
    [
        PowerRemainder, DivisibleCount, SquareSum, DigitSum, Lattice, Divisors, Recurrence, Pairs,
    ];

    public static string Csv()
    {
        SampleDraw draw = new("samples/aime");
        List<(string Question, int Answer)> problems = SampleFiles.Distinct(
            SampleFiles.Count, i => Kinds[i % Kinds.Length](draw), problem => problem.Question);
        IEnumerable<string[]> rows = problems.Select((problem, i) =>
        {
            string year = (FirstYear + (i / ProblemsInAYear)).ToString(CultureInfo.InvariantCulture);
            string number = ((i % ProblemsInAYear) + 1).ToString(CultureInfo.InvariantCulture);
            return new[] { $"{year}-{number}", year, number, problem.Question, problem.Answer.ToString(CultureInfo.InvariantCulture), "" };
        });
        return SampleText.Csv(rows.Prepend(["ID", "Year", "Problem Number", "Question", "Answer", "Part"]));
    }

    private static (string, int) PowerRemainder(SampleDraw d)
    {
        (int b, int e, int m) = (d.From(2, 40), d.From(20, 400), d.From(100, 1000));
        return ($"Find the remainder when ${b}^{{{e}}}$ is divided by ${m}$.", (int)BigInteger.ModPow(b, e, m));
    }

    private static (string, int) DivisibleCount(SampleDraw d)
    {
        (int n, int a, int b) = (d.From(200, 2000), d.From(3, 9), d.From(10, 17));
        return ($"How many positive integers not greater than ${n}$ are divisible by ${a}$ but not by ${b}$?", Count(
            1, n, k => k % a == 0 && k % b != 0));
    }

    private static (string, int) SquareSum(SampleDraw d)
    {
        (int n, int m) = (d.From(10, 300), d.From(101, 999));
        long sum = Enumerable.Range(1, n).Sum(k => (long)k * k);
        return ($"Let $S = 1^2 + 2^2 + \\cdots + {n}^2$.\nFind the remainder when $S$ is divided by ${m}$.", (int)(sum % m));
    }

    private static (string, int) DigitSum(SampleDraw d)
    {
        int s = d.From(5, 22);
        (int low, int high) = (d.From(1, 30) * 10, d.From(60, 400) * 10);
        return ($"Find the number of integers from ${low}$ to ${high}$ whose decimal digits add up to ${s}$.", Count(
            low, high, k => Digits(k) == s));
    }

    private static (string, int) Lattice(SampleDraw d)
    {
        int r = d.From(20, 300);
        int points = Enumerable.Range(-17, 35).Sum(x => Count(-17, 17, y => (x * x) + (y * y) <= r));
        return ($"How many points $(x, y)$ with integer coordinates satisfy $x^2 + y^2 \\le {r}$?", points);
    }

    private static (string, int) Divisors(SampleDraw d)
    {
        int n = d.From(60, 900) * d.From(2, 12);
        return ($"How many positive divisors does ${n}$ have?", Count(1, n, k => n % k == 0));
    }

    private static (string, int) Recurrence(SampleDraw d)
    {
        (int a, int b, int p, int n, int m) = (d.From(1, 9), d.From(1, 9), d.From(2, 6), d.From(20, 90), d.From(50, 999));
        (int x, int y) = (a % m, b % m);
        for (int i = 2; i < n; i++) (x, y) = (y, ((p * y) + x) % m);
        return ($"A sequence has $a_1 = {a}$, $a_2 = {b}$ and $a_{{k+2}} = {p}a_{{k+1}} + a_k$ for every $k \\ge 1$.\nFind the remainder "
            + $"when $a_{{{n}}}$ is divided by ${m}$.", y);
    }

    private static (string, int) Pairs(SampleDraw d)
    {
        (int a, int b, int n) = (d.From(2, 9), d.From(2, 9), d.From(40, 900));
        return ($"Find the number of pairs $(x, y)$ of positive integers with ${a}x + {b}y = {n}$.", Count(
            1, n / a, x => n - (a * x) > 0 && (n - (a * x)) % b == 0));
    }

    private static int Count(int low, int high, Func<int, bool> fits) => Enumerable.Range(low, high - low + 1).Count(fits);

    private static int Digits(int number) => number == 0 ? 0 : (number % 10) + Digits(number / 10);
}
