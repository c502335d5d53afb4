namespace Calibration.Results.Journaling;

/// <summary>
/// A journal's rows in the order of their keys, each key once. Only keys and the places of lines are kept in memory: about
/// 40 bytes a trial, whatever its response's length.
/// </summary>
internal static class JournalOrder
{
    /// <summary>Reads the file once for the keys, and then every line that counts at its place.</summary>
    internal static IEnumerable<TRow> Read<TRow>(string path, RowOrder<TRow> order)
    {
        if (!File.Exists(path))
            yield break;
        using FileStream file = JournalFile.Open(path);
        List<Place> places = Sorted(file, order);
        byte[] buffer = [];
        for (int i = 0; i < places.Count; i++)
        {
            Place place = places[i];
            bool counts = i + 1 == places.Count || places[i + 1].Key.CompareTo(place.Key) != 0;
            if (counts)
                yield return JournalFile.ReadAt<TRow>(file, place.Offset, place.Length, ref buffer);
        }
    }

    /// <summary>All lines by key; of one key the line that counts comes last.</summary>
    private static List<Place> Sorted<TRow>(FileStream file, RowOrder<TRow> order)
    {
        // A list that grew by doubling would leave as much garbage again.
        var places = new List<Place>(JournalFile.CountLines(file));
        foreach (JournaledRow<TRow> line in JournalFile.ReadLines<TRow>(file))
            places.Add(new Place(order.KeyOf(line.Row), line.Offset, line.Length, order.IsGood(line.Row)));
        int later = order.FirstCounts ? -1 : 1;
        places.Sort((left, right) =>
        {
            int compared = left.Key.CompareTo(right.Key);
            if (compared == 0)
                compared = left.IsGood.CompareTo(right.IsGood);
            return compared == 0 ? later * left.Offset.CompareTo(right.Offset) : compared;
        });
        return places;
    }

    private readonly record struct Place(RowKey Key, long Offset, int Length, bool IsGood);
}
