using System.Security.Cryptography;
using System.Text;

namespace Calibration.Results;

/// <summary>A short hash of a text: the first 8 hex digits of its SHA-256.</summary>
public static class ShortHash
{
    /// <summary>The hash of a text in UTF-8.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
