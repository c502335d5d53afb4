using System.Collections.Immutable;

namespace Calibration.Datasets;

/// <summary>A file that problems were read from.</summary>
/// <param name="RelativePath">Path below the data directory, with <c>/</c>.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hex digits.</param>
public sealed record DatasetFile(string RelativePath, string Sha256);

/// <summary>A published item that cannot be asked or graded as text and is excluded.</summary>
/// <param name="Id">Its id, as in <see cref="Problem.Id"/>.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record ExcludedProblem(string Id, string Reason);

/// <summary>A benchmark as found below a data directory.</summary>
/// <param name="Problems">Its problems in the order of the files.</param>
/// <param name="Files">The files read, in the order read.</param>
public sealed record LoadedBenchmark(ImmutableArray<Problem> Problems, ImmutableArray<DatasetFile> Files)
{
    /// <summary>Published items that were excluded; empty by default.</summary>
    public ImmutableArray<ExcludedProblem> Excluded { get; init; } = [];

    /// <summary>Ids of the problems with two choices of the same text; where one of them is the gold answer, either letter is
    /// right.</summary>
    public ImmutableArray<string> EqualChoices { get; init; } = [];
}
