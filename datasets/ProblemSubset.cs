using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Calibration.Datasets;

/// <summary>Draws a seeded subset of problems: the same on every machine and in every language.</summary>
public static class ProblemSubset
{
    /// <summary>
    /// Ranks problems by the hex text of SHA-256 of <c>seed|id</c> (UTF-8) and takes the first <paramref name="count"/>.
    /// BBH is stratified: the count is divided equally over the tasks present, the remainder one each to the first tasks by name;
    /// what a task lacks goes to the others in the same way.
    /// </summary>
    /// <param name="problems">Problems of one benchmark.</param>
    /// <param name="count">How many to draw; all where there are fewer. Not negative.</param>
    /// <param name="seed">Any text.</param>
    /// <returns>The problems drawn, by rank; BBH's in turn over its tasks, so that any first part of them is balanced too.</returns>
    public static ImmutableArray<Problem> Draw(IEnumerable<Problem> problems, int count, string seed)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(seed);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        List<List<Problem>> strata = [.. problems
            .GroupBy(Stratum, StringComparer.Ordinal)
            .OrderBy(stratum => stratum.Key, StringComparer.Ordinal)
            .Select(stratum =>
                stratum.OrderBy(problem => Rank(problem, seed), StringComparer.Ordinal).ThenBy(
                    problem => problem.Id, StringComparer.Ordinal).ToList())];
        int[] shares = Shares([.. strata.Select(stratum => stratum.Count)], count);
        return
        [
            .. strata.SelectMany((stratum, i) => stratum.Take(shares[i]).Select((problem, rank) => (problem, rank)))
            .OrderBy(drawn => drawn.rank).Select(drawn => drawn.problem),
        ];
    }

    private static string Stratum(Problem problem) => problem.Task == "bbh" ? problem.Id.Split('/')[0] : "";

    private static string Rank(Problem problem, string seed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed + "|" + problem.Id)));

    private static int[] Shares(int[] sizes, int count)
    {
        int[] shares = new int[sizes.Length];
        int left = Math.Min(count, sizes.Sum());
        while (left > 0)
        {
            int[] open = [.. Enumerable.Range(0, sizes.Length).Where(i => shares[i] < sizes[i])];
            int round = left;
            for (int k = 0; k < open.Length; k++)
            {
                int wanted = (round / open.Length) + (k < round % open.Length ? 1 : 0);
                int given = Math.Min(wanted, sizes[open[k]] - shares[open[k]]);
                shares[open[k]] += given;
                left -= given;
            }
        }

        return shares;
    }
}
