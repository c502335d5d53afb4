using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>
/// SGLang (read in its sources, not run: <c>calibrate probe</c> proves it at run time or refuses): vLLM's shapes, but for a few names.
/// </summary>
internal sealed class SglangDialect(EndpointClient client, EndpointFacts facts) : VllmDialect(client, facts)
{
    public override bool NeedsUniquePrefix => true;

    public override string Caveat => "implemented from SGLang's source code, never run: only the counts shown are evidence";

    /// <summary>Only its chat route asks for strict thinking (<c>--enable-strict-thinking --reasoning-parser</c>).</summary>
    public override ServerThinkingBudget? ThinkingBudget { get; } = new(
        "SGLang custom_params.thinking_budget (chat)",
        true,
        (json, budget) =>
        {
            json.WriteStartObject("custom_params");
            json.WriteNumber("thinking_budget", budget);
            json.WriteEndObject();
        });

    protected override string TextMember => "text";

    protected override (string Working, string Queued) LoadGauges => ("sglang:num_running_reqs", "sglang:num_queue_reqs");
}
