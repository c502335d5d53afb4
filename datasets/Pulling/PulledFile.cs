namespace Calibration.Datasets.Pulling;

/// <summary>A benchmark's file in the cache.</summary>
/// <param name="RelativePath">Path below <see cref="PullOptions.Directory"/>, with <c>/</c>.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hex digits.</param>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Downloaded">Whether this pull fetched it; false where it was there already.</param>
public sealed record PulledFile(string RelativePath, string Sha256, long Bytes, bool Downloaded);

/// <summary>How far a pull is.</summary>
/// <param name="RelativePath">The file under way.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Bytes">Bytes received in this attempt.</param>
/// <param name="TotalBytes">Size as announced by the server; null where it announced none.</param>
public sealed record PullProgress(string RelativePath, int Attempt, long Bytes, long? TotalBytes);
