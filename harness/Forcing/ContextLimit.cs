using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Servers cut a request that does not fit the model's context without a word; so it is never sent.</summary>
internal static class ContextLimit
{
    /// <param name="endpoint">The endpoint, with the model's context.</param>
    /// <param name="what">What needs the tokens.</param>
    /// <param name="needed">Tokens that it needs.</param>
    /// <exception cref="EndpointException">It does not fit the model's context.</exception>
    internal static void RefuseBeyondContext(this EndpointFacts endpoint, string what, int needed)
    {
        if (needed > endpoint.ContextTokens)
        {
            throw new EndpointException($"{what} need {needed} tokens of context, and {endpoint.Model} has {endpoint.ContextTokens}.")
            {
                IsTooLong = true,
            };
        }
    }

    /// <summary>The same for everything that is asked of a problem at a budget.</summary>
    /// <exception cref="EndpointException">Prompt, budget and answer do not fit the model's context.</exception>
    internal static async Task RefuseBeyondContextAsync(
        this IBudgetForcing forcing, AskedProblem asked, int budgetTokens, CancellationToken cancellationToken) =>
        forcing.Facts.RefuseBeyondContext(
            "Prompt, budget and answer", await forcing.ContextNeededAsync(asked, budgetTokens, cancellationToken));
}
