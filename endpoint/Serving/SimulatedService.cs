using Calibration.Endpoint.Model;

namespace Calibration.Endpoint.Serving;

/// <summary>
/// The simulated clock of one request, equation (1) with jitter: half of t0 for the prompt, half for the answer, and c for each thinking
/// token.
/// </summary>
internal sealed class SimulatedService
{
    private const double SpeedJitter = 0.01;
    private const double OverheadJitter = 0.05;

    private readonly double _firstSeconds;
    private readonly double _perTokenSeconds;

    internal SimulatedService(PromptReading prompt, TaskTruth truth, ulong jitterSeed, double cachedShare)
    {
        double overhead = truth.T0Seconds * (1 + (OverheadJitter * SeededDraw.Normal(jitterSeed)));
        double share = !prompt.Closed || prompt.ThinkingTokens > 0 ? 0.5 : 1;
        bool continued = !prompt.Closed && prompt.ThinkingTokens > 0;
        _firstSeconds = continued ? 0 : share * overhead * (1 - cachedShare);
        _perTokenSeconds = prompt.Closed ? 0 : truth.SecondsPerToken * (1 + (SpeedJitter * SeededDraw.Normal(jitterSeed ^ 0xA5A5)));
    }

    /// <summary>Seconds from the request to its n-th token.</summary>
    internal double ElapsedAt(int tokens) => _firstSeconds + (_perTokenSeconds * tokens);
}
