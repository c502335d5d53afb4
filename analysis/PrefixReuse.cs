using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>
/// Whether the answers' requests found their own prompt and thinking in the server's prefix cache. What they did not find was computed a
/// second time within the service time, grows with ℓ, and so is in c.
/// </summary>
/// <param name="Answers">Service times with thinking that are in the fit.</param>
/// <param name="Told">Those of them where the server says what it found.</param>
/// <param name="Missed">Those where it computed more again than the rest of a block.</param>
/// <param name="MostTokens">Most tokens that one of them computed again.</param>
public sealed record PrefixReuse(int Answers, int Told, int Missed, int MostTokens)
{
    /// <summary>Caches find whole blocks; the largest that was seen is vLLM's on a CPU.</summary>
    private const int LargestBlock = 128;

    /// <summary>Counts over the service times of one fit.</summary>
    public static PrefixReuse Of(IReadOnlyList<ServiceSample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ServiceSample[] answers = [.. samples.Where(sample => sample.ThinkingTokens > 0)];
        int[] told =
        [
            .. answers.Where(sample => sample.AnswerRecomputedTokens is not null).Select(sample => sample.AnswerRecomputedTokens!.Value),
        ];
        return new PrefixReuse(answers.Length, told.Length, told.Count(tokens => tokens > LargestBlock), told.DefaultIfEmpty().Max());
    }

    /// <summary>The counts in a cell of a table.</summary>
    public string Cell => Told == 0 ? "not reported" : $"{MostTokens} tokens at most, in {Told} answers";
}
