namespace Calibration.Endpoint;

/// <summary>vLLM's prefix cache: whole blocks of 16 prompt tokens, apart for every salt.</summary>
internal sealed class PrefixBlocks
{
    private const int BlockTokens = 16;

    private readonly HashSet<ulong> blocks = [];

    /// <summary>Tokens of the prompt that are there already; the others are there from now on. The last token is always computed.</summary>
    internal int Enter(string salt, ReadOnlySpan<int> prompt)
    {
        ulong hash = SeededDraw.Hash(0, "cache", salt);
        int hits = 0;
        bool hit = true;
        lock (blocks)
        {
            for (int i = 0; i + BlockTokens < prompt.Length; i += BlockTokens)
            {
                foreach (int id in prompt.Slice(i, BlockTokens))
                    hash = SeededDraw.Mix(hash ^ (ulong)id);
                hit &= !blocks.Add(hash);
                hits += hit ? BlockTokens : 0;
            }
        }

        return hits;
    }
}
