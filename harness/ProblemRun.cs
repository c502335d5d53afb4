using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Calibration.Harness;

/// <summary>A problem and a run of it. Seeds and names follow from it, so that a rerun sends the same.</summary>
/// <param name="Seed">Seed of the experiment.</param>
/// <param name="Task">Task name.</param>
/// <param name="ProblemId">The problem's id.</param>
/// <param name="Run">Repetition, from 0; −1 in the latency pass.</param>
internal readonly record struct ProblemRun(int Seed, string Task, string ProblemId, int Run)
{
    /// <summary>The sampling seed of one request, from 0 to 2³¹ − 1, the range that all servers take.</summary>
    internal int SeedOf(string segment) => BinaryPrimitives.ReadInt32BigEndian(Hash(segment)) & int.MaxValue;

    /// <summary>A short name that reveals nothing about the problem.</summary>
    /// <param name="part">What sets a trace apart from others of the same problem and run; empty where there is only one.</param>
    internal string NameOf(string part) => Convert.ToHexStringLower(Hash(part + "group").AsSpan(0, 8));

    private byte[] Hash(string segment) => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Seed}|{Task}|{ProblemId}|{Run}|{segment}")));
}
