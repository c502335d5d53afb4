using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Analysis;

/// <summary>How a run is fitted.</summary>
public sealed record FitRequest
{
    /// <summary>What the accuracy fit maximises; maximum likelihood by default.</summary>
    public FitMethod Method { get; init; } = FitMethod.MaximumLikelihood;

    /// <summary>Whether tasks with many missing trials are fitted; the manifest remembers it.</summary>
    public bool AcceptMissing { get; init; }

    /// <summary>Shapes that the user named, by task; the data choose the others.</summary>
    public ImmutableSortedDictionary<string, ShapeKind> Shapes { get; init; } =
        ImmutableSortedDictionary.Create<string, ShapeKind>(StringComparer.Ordinal);
}
