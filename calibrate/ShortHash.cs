using System.Security.Cryptography;
using System.Text;

namespace Calibration.Calibrate;

/// <summary>Tells texts apart where the whole text is too long: the first 8 hex digits of its SHA-256.</summary>
internal static class ShortHash
{
    internal static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
