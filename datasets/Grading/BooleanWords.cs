using System.Collections.Immutable;

namespace Calibration.Datasets.Grading;

/// <summary>A family of two opposite answers and the words that models use for each.</summary>
internal sealed record BooleanWords(string Yes, string No, ImmutableArray<string> Affirmations, ImmutableArray<string> Denials)
{
    private static readonly ImmutableArray<BooleanWords> Families =
    [
        new("yes", "no", ["yes", "true", "plausible", "correct"], ["no", "false", "implausible", "incorrect"]),
        new("true", "false", ["true", "yes", "correct"], ["false", "no", "incorrect"]),
        new("valid", "invalid", ["valid"], ["invalid"]),
    ];

    /// <summary>The family that a gold answer belongs to; null where it belongs to none.</summary>
    public static BooleanWords? FamilyOf(string gold) =>
        Families.FirstOrDefault(family => gold.Trim().ToLowerInvariant() is { } word && (word == family.Yes || word == family.No));

    /// <summary>The two words, in the capitals of the given one.</summary>
    public static (string Yes, string No)? PairOf(string gold)
    {
        if (FamilyOf(gold) is not { } family) return null;
        return char.IsUpper(gold.Trim()[0]) ? (Capital(family.Yes), Capital(family.No)) : (family.Yes, family.No);
    }

    /// <summary>A gold answer in canonical form: lower case; null where it is none of these words.</summary>
    public static string? Canonical(string gold) => FamilyOf(gold) is null ? null : gold.Trim().ToLowerInvariant();

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
