namespace Calibration.Datasets;

/// <summary>Separates a response's answer from its thinking.</summary>
internal static class ThinkingText
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    /// <summary>What follows the last closing mark; null where thinking is open at the end.</summary>
    public static string? AfterThinking(string response)
    {
        int close = response.LastIndexOf(Close, StringComparison.Ordinal);
        string rest = close < 0 ? response : response[(close + Close.Length)..];
        return rest.Contains(Open, StringComparison.Ordinal) ? null : rest;
    }
}
