using System.Text;

namespace Calibration.Endpoint.Model;

/// <summary>
/// A tokenizer of one token per byte, some words for the simulated thinking, and Qwen3's own numbers for the tokens that delimit turns and
/// thinking.
/// </summary>
internal static class ByteTokenizer
{
    internal const int EndOfText = 151_643;
    internal const int TurnStart = 151_644;
    internal const int TurnEnd = 151_645;
    internal const int ThinkOpen = 151_667;
    internal const int ThinkClose = 151_668;
    internal const int NewLine = '\n';
    internal const int FirstWord = 1_000;

    private static readonly (string Text, int Id)[] Specials =
    [
        ("<|endoftext|>", EndOfText), ("<|im_start|>", TurnStart), ("<|im_end|>", TurnEnd), ("<think>", ThinkOpen), ("</think>",
        ThinkClose),
    ];

    private static readonly string[] Words =
        (" so then thus next now if as we take one more step check it again half of this sum is less than that but the rest holds "
            + "\u4e8e\u662f \U0001F914")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => " " + word).ToArray();

    internal static int WordCount => Words.Length;

    internal static bool IsKnown(int id) =>
        id is >= 0 and < 256 || (id >= FirstWord && id < FirstWord + Words.Length) || Specials.Any(special => special.Id == id);

    internal static List<int> Encode(string text)
    {
        var ids = new List<int>(text.Length);
        int start = 0;
        while (start < text.Length)
        {
            (string special, int id, int at) = NextSpecial(text, start);
            foreach (byte value in Encoding.UTF8.GetBytes(text[start..at]))
                ids.Add(value);
            if (id >= 0)
                ids.Add(id);
            start = at + special.Length;
        }

        return ids;
    }

    /// <summary>Text of the tokens; bytes that are not a complete character become U+FFFD, as real servers do it.</summary>
    internal static string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new MemoryStream(ids.Length * 4);
        foreach (int id in ids)
        {
            if (id < 256)
                bytes.WriteByte((byte)id);
            else
                bytes.Write(Encoding.UTF8.GetBytes(TextOf(id)));
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string TextOf(int id) =>
        id >= FirstWord && id < FirstWord + Words.Length ? Words[id - FirstWord] : Specials.First(special => special.Id == id).Text;

    private static (string Text, int Id, int At) NextSpecial(string text, int start)
    {
        (string Text, int Id, int At) next = ("", -1, text.Length);
        foreach ((string special, int id) in Specials)
        {
            int at = text.IndexOf(special, start, StringComparison.Ordinal);
            if (at >= 0 && at < next.At)
                next = (special, id, at);
        }

        return next;
    }
}
