using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Calibration.Harness;

/// <summary>Seeds and names that follow from what they are for, so that a rerun sends the same.</summary>
internal static class SegmentSeed
{
    /// <summary>A sampling seed from 0 to 2³¹ − 1, the range that all servers take.</summary>
    internal static int From(int seed, string task, string problemId, int run, string segment) =>
        BinaryPrimitives.ReadInt32BigEndian(Hash(seed, task, problemId, run, segment)) & int.MaxValue;

    /// <summary>A short name of a (problem, run) that reveals nothing about the problem.</summary>
    internal static string Group(int seed, string task, string problemId, int run, string part) =>
        Convert.ToHexStringLower(Hash(seed, task, problemId, run, part + "group").AsSpan(0, 8));

    private static byte[] Hash(int seed, string task, string problemId, int run, string segment) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}|{task}|{problemId}|{run}|{segment}")));
}
