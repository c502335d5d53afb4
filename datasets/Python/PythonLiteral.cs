namespace Calibration.Datasets.Python;

/// <summary>
/// The value of a Python literal: what <c>ast.literal_eval</c> accepts, without named characters (<c>\N{…}</c>). Nothing is ever executed:
/// an expression such as <c>'a' * 3</c> is no literal.
/// </summary>
/// <remarks>
/// Equality is Python's: <c>True == 1 == 1.0</c> also as keys and members, a list is no tuple, <c>bytes</c> are no <c>str</c>,
/// dicts and sets compare without order.
/// </remarks>
public sealed class PythonLiteral : IEquatable<PythonLiteral>
{
    internal PythonLiteral(string key, string repr, bool hashable)
    {
        Key = key;
        Repr = repr;
        Hashable = hashable;
    }

    /// <summary>
    /// The value as Python's <c>repr</c> writes it; sets are ordered by their text, since Python's own order is arbitrary.
    /// </summary>
    public string Repr { get; }

    /// <summary>Equal exactly where the values are equal in Python.</summary>
    internal string Key { get; }

    /// <summary>Whether Python takes it as a dict key or a set member.</summary>
    internal bool Hashable { get; }

    /// <summary>Reads a complete text as one literal.</summary>
    /// <param name="text">Source text; surrounding blanks are allowed where Python allows them.</param>
    /// <returns>The literal, or null where Python's <c>ast.literal_eval</c> would raise.</returns>
    public static PythonLiteral? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PythonParser.ParseWhole(text);
    }

    /// <inheritdoc/>
    public bool Equals(PythonLiteral? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PythonLiteral);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Repr;
}
