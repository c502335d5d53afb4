using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Calibrate.Planning;

/// <summary>How many problems an interval of a wanted width needs, by a finished run: widths shrink as 1/√n.</summary>
/// <param name="Quantity">J, or the budget of a task.</param>
/// <param name="Unit">Unit of the widths.</param>
/// <param name="Had">Width in the finished run.</param>
/// <param name="Wanted">Width that is wanted.</param>
/// <param name="HadItems">Problems per task in the finished run.</param>
internal sealed record WantedWidth(string Quantity, string Unit, double Had, double Wanted, int HadItems)
{
    /// <summary>Problems per task that the wanted width needs.</summary>
    public double Items => Math.Max(1, Math.Ceiling(HadItems * (Had / Wanted) * (Had / Wanted)));

    /// <summary>What was found, in one line.</summary>
    public string Sentence => Had <= 0
        ? $"{Quantity}: its interval in that run has no width, so nothing can be said of it."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity}: {Had:0.###} {Unit} wide with {HadItems:N0} problems per task; {Wanted:0.###} {Unit} needs about {Items:N0} "
                + $"(--items {Items:0}), because widths shrink as 1/√n.");

    /// <summary>The widths of a run's own operating point.</summary>
    /// <param name="path">The run folder, or a point's folder in it.</param>
    /// <param name="widthOfJ">Wanted width of the interval of J in seconds; null where none is.</param>
    /// <param name="widthOfBudgets">Wanted width of the intervals of ℓ* in tokens; null where none is.</param>
    /// <exception cref="UserFault">The run has no intervals.</exception>
    internal static ImmutableArray<WantedWidth> Of(string path, double? widthOfJ, double? widthOfBudgets)
    {
        PointFolder place = PointFolder.Open(path);
        RunManifest manifest = place.Run.ReadManifest();
        DecisionReport decision = place.ReadAllocation().Decision
            ?? throw new UserFault($"--like: {path} has no intervals of its allocation: run calibrate allocate {path} first.");
        var widths = ImmutableArray.CreateBuilder<WantedWidth>();
        if (widthOfJ is { } seconds)
            widths.Add(new WantedWidth("J", "s", WidthOf(decision.Objective.Interval), seconds, manifest.Tasks.Min(task => task.Items)));
        foreach (DecidedBudget task in widthOfBudgets is null ? [] : decision.Tasks)
        {
            int items = manifest.Tasks.First(own => own.Task == task.Task).Items;
            widths.Add(new WantedWidth($"ℓ* of {task.Task}", "tokens", WidthOf(task.BudgetTokens), widthOfBudgets!.Value, items));
        }

        return widths.ToImmutable();
    }

    private static double WidthOf(Interval interval) => interval.High - interval.Low;
}
