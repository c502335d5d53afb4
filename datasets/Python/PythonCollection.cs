using System.Globalization;

namespace Calibration.Datasets.Python;

/// <summary>Python's lists, tuples, dicts and sets as literals: their keys and their <c>repr</c>.</summary>
internal static class PythonCollection
{
    public static PythonLiteral List(List<PythonLiteral> items) =>
        new(Key('[', items.Select(item => item.Key)), "[" + Join(items) + "]", hashable: false);

    public static PythonLiteral Tuple(List<PythonLiteral> items) => new(
        Key('(', items.Select(item => item.Key)),
        items.Count == 1 ? $"({items[0].Repr},)" : "(" + Join(items) + ")",
        items.All(item => item.Hashable));

    /// <summary>A set, or null where a member is unhashable.</summary>
    public static PythonLiteral? Set(List<PythonLiteral> items)
    {
        if (!items.All(item => item.Hashable)) return null;
        List<PythonLiteral> members = [.. items.DistinctBy(item => item.Key, StringComparer.Ordinal)];
        string repr = members.Count == 0
            ? "set()"
            : "{" + string.Join(", ", members.Select(m => m.Repr).Order(StringComparer.Ordinal)) + "}";
        return new(Key('{', members.Select(m => m.Key).Order(StringComparer.Ordinal)), repr, hashable: false);
    }

    /// <summary>A dict, or null where a key is unhashable. As in Python the first of equal keys stays and the last value wins.</summary>
    public static PythonLiteral? Dict(List<(PythonLiteral Key, PythonLiteral Value)> items)
    {
        if (!items.All(item => item.Key.Hashable)) return null;
        List<(PythonLiteral Key, PythonLiteral Value)> entries =
            [.. items.GroupBy(item => item.Key.Key, StringComparer.Ordinal).Select(same => (same.First().Key, same.Last().Value))];
        IEnumerable<string> keys = entries.OrderBy(e => e.Key.Key, StringComparer.Ordinal).SelectMany(e => new[] { e.Key.Key,
            e.Value.Key });
        return new(Key('d', keys), "{" + string.Join(", ", entries.Select(e => $"{e.Key.Repr}: {e.Value.Repr}")) + "}", hashable: false);
    }

    // Every part carries its length, so that no two different values can spell the same key.
    private static string Key(char kind, IEnumerable<string> parts) =>
        kind + string.Concat(parts.Select(part => part.Length.ToString(CultureInfo.InvariantCulture) + ":" + part));

    private static string Join(List<PythonLiteral> items) => string.Join(", ", items.Select(item => item.Repr));
}
