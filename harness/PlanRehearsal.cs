using Calibration.Harness.Forcing;
using Calibration.Harness.Forecasting;
using Calibration.Harness.Transport;

namespace Calibration.Harness;

/// <summary>Asks an endpoint a little, to know how fast it does the pieces of a plan (<see cref="Forecaster"/>).</summary>
public static class PlanRehearsal
{
    /// <summary>Tries pieces of the plan, for about a minute; nothing is stored.</summary>
    /// <param name="forcing">The model, opened as the run opens it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="clock">Times everything.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="EndpointException">The endpoint refused, or no problem of the plan fits its context.</exception>
    public static Task<ServerPace> RunAsync(
        IBudgetForcing forcing, ExperimentPlan plan, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(forcing);
        ArgumentNullException.ThrowIfNull(plan);
        int inFlight = Math.Min(plan.Concurrency, forcing.Requests.Slots.Maximum);
        return new Rehearsal(forcing, plan, clock).RunAsync(Math.Min(inFlight, plan.Groups().Count()), cancellationToken);
    }
}
