using Calibration.Datasets;

namespace Calibration.Endpoint.Model;

/// <summary>What a prompt says: which problem is asked, how much was thought, and what the answer begins with.</summary>
/// <param name="Problem">The known problem, or null.</param>
/// <param name="Opened">Whether thinking was opened.</param>
/// <param name="Closed">Whether thinking was closed.</param>
/// <param name="ThinkingTokens">Tokens inside the thinking block, without the newlines that the form puts at its edges.</param>
/// <param name="Cue">Text after the closed thinking.</param>
internal sealed record PromptReading(Problem? Problem, bool Opened, bool Closed, int ThinkingTokens, string Cue)
{
    internal static PromptReading Of(ReadOnlySpan<int> ids, IReadOnlyDictionary<string, Problem> problems)
    {
        int turnEnd = ids.IndexOf(ByteTokenizer.TurnEnd);
        string asked = turnEnd < 0 ? "" : ByteTokenizer.Decode(ids[..turnEnd]);
        int header = asked.IndexOf('\n', StringComparison.Ordinal);
        Problem? problem = header >= 0 && problems.TryGetValue(asked[(header + 1)..], out Problem? known) ? known : null;

        int open = ids.LastIndexOf(ByteTokenizer.ThinkOpen);
        if (open < 0)
            return new PromptReading(problem, false, false, 0, "");
        ReadOnlySpan<int> block = ids[(open + 1)..];
        int close = block.IndexOf(ByteTokenizer.ThinkClose);
        string cue = close < 0 ? "" : ByteTokenizer.Decode(block[(close + 1)..]).TrimStart('\n');
        return new PromptReading(problem, true, close >= 0, CountOf(close < 0 ? block : block[..close], close >= 0), cue);
    }

    private static int CountOf(ReadOnlySpan<int> block, bool closed)
    {
        block = block.TrimStart(ByteTokenizer.NewLine);
        return closed ? block.TrimEnd(ByteTokenizer.NewLine).Length : block.Length;
    }
}
