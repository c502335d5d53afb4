namespace Calibration.Results;

/// <summary>Sampling, sent in full with every request and stored, because servers take defaults from the model.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Nucleus mass, in (0, 1].</param>
/// <param name="TopK">Most likely tokens kept; 0 keeps all.</param>
/// <param name="MinP">Least probability relative to the most likely token, in [0, 1].</param>
public sealed record SamplingSettings(double Temperature, double TopP, int TopK, double MinP)
{
    /// <summary>The paper's temperature 0.1; top-p, top-k and min-p of Qwen3's model card (which itself names temperature 0.6).</summary>
    public static SamplingSettings Paper { get; } = new(0.1, 0.95, 20, 0);
}
