using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>
/// The natural lengths X of a task's thinking, as a sample. Under a cap of ℓ a query uses min(X, ℓ) tokens; the sums below make its
/// moments a binary search.
/// </summary>
public sealed class NaturalLengths : IEquatable<NaturalLengths>
{
    private readonly double[] _sums;
    private readonly double[] _squares;

    /// <summary>A sample of lengths.</summary>
    /// <param name="tokens">Lengths in thinking tokens, 0 or more; at least one, in any order.</param>
    public NaturalLengths(IEnumerable<double> tokens)
    {
        Tokens = [.. tokens.Order()];
        if (Tokens.IsEmpty)
            throw new ArgumentException("A sample of natural lengths needs at least one length.", nameof(tokens));
        (_sums, _squares) = (new double[Tokens.Length + 1], new double[Tokens.Length + 1]);
        for (int i = 0; i < Tokens.Length; i++)
            (_sums[i + 1], _squares[i + 1]) = (_sums[i] + Tokens[i], _squares[i] + (Tokens[i] * Tokens[i]));
    }

    /// <summary>The lengths in ascending order.</summary>
    public ImmutableArray<double> Tokens { get; }

    /// <summary>The longest length: a larger budget costs nothing more.</summary>
    public double Longest => Tokens[^1];

    /// <summary>
    /// The smallest of some measured budgets that limits no thinking, in tokens: every larger one costs as much and gains as much. The
    /// longest length where all of them limit some.
    /// </summary>
    /// <param name="measuredTokens">The measured budgets in ascending order.</param>
    public double FirstNotLimited(IEnumerable<int> measuredTokens) =>
        measuredTokens.Select(budget => (double)budget).FirstOrDefault(budget => budget >= Longest, Longest);

    /// <summary>E[min(X, ℓ)] in tokens and E[min(X, ℓ)²] in tokens² over the sample.</summary>
    public (double Mean, double Square) UsedAt(double budgetTokens)
    {
        int below = AtMost(budgetTokens), above = Tokens.Length - below;
        double n = Tokens.Length;
        return ((_sums[below] + (above * budgetTokens)) / n, (_squares[below] + (above * budgetTokens * budgetTokens)) / n);
    }

    /// <summary>P(X > ℓ): a further token of the budget is used with this probability.</summary>
    public double ShareAbove(double budgetTokens) => (Tokens.Length - AtMost(budgetTokens)) / (double)Tokens.Length;

    /// <summary>Equal where the samples are.</summary>
    public bool Equals(NaturalLengths? other) => other is not null && Tokens.AsSpan().SequenceEqual(other.Tokens.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NaturalLengths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tokens.Length, Tokens[0], Tokens[^1], _sums[^1]);

    /// <summary>How many lengths are at most this long.</summary>
    private int AtMost(double budgetTokens)
    {
        int low = 0, high = Tokens.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Tokens[middle] <= budgetTokens ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
