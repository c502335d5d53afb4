using Calibration.Analysis;
using Calibration.Results;

namespace Calibration.Report.Figures;

/// <summary>Where the numbers of figures and tables come from.</summary>
/// <param name="Model">The model's shown name, or a workload file's name.</param>
public sealed record FigureSource(string Model)
{
    /// <summary>The server that answered, with its version; empty for a workload.</summary>
    public string Server { get; init; } = "";

    /// <summary>Whether answers or times are simulated.</summary>
    public bool Simulated { get; init; }

    /// <summary>Whether the problems are the product's own samples.</summary>
    public bool Samples { get; init; }

    /// <summary>How many of the planned trials there are; null where there are all.</summary>
    public Incompleteness? Incomplete { get; init; }

    /// <summary>Planned runs per problem; 0 for a workload.</summary>
    public int Runs { get; init; }

    /// <summary>The source of a run's figures.</summary>
    public static FigureSource Of(RunFits fits, RunManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(fits);
        ArgumentNullException.ThrowIfNull(manifest);
        return new FigureSource(fits.Model)
        {
            Server = $"{manifest.Endpoint.Server} {manifest.Endpoint.Version}".Trim(),
            Simulated = fits.Simulated,
            Samples = fits.Samples,
            Incomplete = fits.Incomplete,
            Runs = manifest.Plan.Runs,
        };
    }

    /// <summary>The remark inside the axes.</summary>
    internal string Note => string.Join(
        ", ", new[] { Simulated ? "simulated" : "", Incomplete is null ? "" : "incomplete" }.Where(word => word.Length > 0));

    /// <summary>The source in one sentence, for captions.</summary>
    internal string Sentence => Runs == 0
        ? $"Workload: {Model}."
        : $"Model {Model}" + (Server.Length > 0 ? $" on {Server}" : "") + (Simulated ? " (simulated endpoint)" : "")
            + (Samples ? ", sample problems (not the benchmarks')" : "") + (Incomplete is null ? "" : $", {Incomplete}") + ".";
}

/// <summary>What the user chose for the figures.</summary>
public sealed record FigureOptions
{
    /// <summary>Width at final size.</summary>
    public Drawing.FigureWidth Width { get; init; } = Drawing.FigureWidth.Column;

    /// <summary>Whether axes of budgets are linear; log(1 + ℓ) by default.</summary>
    public bool LinearBudgets { get; init; }
}
