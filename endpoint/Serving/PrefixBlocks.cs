using Calibration.Endpoint.Model;

namespace Calibration.Endpoint.Serving;

/// <summary>vLLM's prefix cache: complete blocks of 16 tokens, prompts and what was generated after them, apart for every salt.</summary>
internal sealed class PrefixBlocks
{
    private const int BlockTokens = 16;

    private readonly HashSet<ulong> _blocks = [];

    /// <summary>Leading tokens that are there already; the others are there from now on. The last token is always computed.</summary>
    internal int Enter(string salt, ReadOnlySpan<int> ids)
    {
        ulong hash = SeededDraw.Hash(0, "cache", salt);
        int hits = 0;
        bool hit = true;
        lock (_blocks)
        {
            for (int i = 0; i + BlockTokens < ids.Length; i += BlockTokens)
            {
                foreach (int id in ids.Slice(i, BlockTokens))
                    hash = SeededDraw.Mix(hash ^ (ulong)id);
                hit &= !_blocks.Add(hash);
                hits += hit ? BlockTokens : 0;
            }
        }

        return hits;
    }
}
