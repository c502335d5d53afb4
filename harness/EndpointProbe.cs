using Calibration.Harness.Forcing;
using Calibration.Harness.Probing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>
/// A short look at an endpoint: does it enforce budgets, and what does an overnight run cost? By token ids, or by text if it offers
/// only text.
/// </summary>
/// <param name="client">The endpoint.</param>
/// <param name="plan">How it is looked at.</param>
public sealed class EndpointProbe(EndpointClient client, ProbePlan plan)
{
    /// <summary>Looks.</summary>
    /// <exception cref="EndpointException">The endpoint refused or cannot be read.</exception>
    public async Task<ProbeReport> RunAsync(CancellationToken cancellationToken)
    {
        TokenIdForcing forcing;
        try
        {
            forcing = await TokenIdForcing.OpenAsync(client, plan.Options, cancellationToken);
        }
        catch (EndpointException byIds) when (!byIds.IsUnreachable && byIds.Status is not (401 or 403))
        {
            return await ByTextAsync(byIds, cancellationToken);
        }

        return await WithPaceAsync(await new TokenIdProbe(client, forcing, plan).RunAsync(cancellationToken), forcing, cancellationToken);
    }

    private async Task<ProbeReport> ByTextAsync(EndpointException byIds, CancellationToken cancellationToken)
    {
        try
        {
            TextForcing forcing = await TextForcing.OpenAsync(
                client, plan.Options with { PromptFormat = PromptFormat.Text }, cancellationToken);
            ProbeReport report = await new TextProbe(forcing, plan, client.Clock).RunAsync(byIds.Message, cancellationToken);
            return await WithPaceAsync(report, forcing, cancellationToken);
        }
        catch (EndpointException byText)
        {
            throw byText.Message == byIds.Message ? byIds : new EndpointException($"{byIds.Message} And by text: {byText.Message}");
        }
    }

    /// <summary>An overnight run that cannot be tried is no reason to show nothing.</summary>
    private async Task<ProbeReport> WithPaceAsync(ProbeReport report, IBudgetForcing forcing, CancellationToken cancellationToken)
    {
        ExperimentPlan overnight = plan.Overnight with { PromptFormat = forcing.PromptFormat };
        try
        {
            return report with { Pace = await PlanRehearsal.RunAsync(forcing, overnight, client.Clock, cancellationToken) };
        }
        catch (Exception fault) when (fault is EndpointException or EndpointRefusedException)
        {
            return report with { PaceFault = fault.Message };
        }
    }
}
