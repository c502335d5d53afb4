using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Calibration.Tools;

/// <summary>
/// A small deterministic generator (SplitMix64), seeded by a name: the same samples in every runtime, which <see cref="Random"/> does
/// not promise.
/// </summary>
internal sealed class SampleDraw
{
    private ulong _state;

    public SampleDraw(string name) => _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>An integer from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int From(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    /// <summary>One of several things.</summary>
    public T Of<T>(IReadOnlyList<T> items) => items[From(0, items.Count - 1)];

    /// <summary>So many different ones, in random order.</summary>
    public List<T> Several<T>(IEnumerable<T> items, int count)
    {
        List<T> pool = [.. items];
        for (int i = 0; i < count; i++)
        {
            int other = From(i, pool.Count - 1);
            (pool[i], pool[other]) = (pool[other], pool[i]);
        }

        return pool[..count];
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
