using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Calibration.Calibrate.Measuring;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>
/// One problem's thinking, answers and grades as text. Thinking that continues the thinking of a smaller budget is shown from there on.
/// </summary>
internal static class ProblemText
{
    internal static string Of(RunManifest manifest, string problem, ImmutableArray<ShownTrial> shown, string? absence)
    {
        string simulated = manifest.Simulated ? " (simulated endpoint)" : "";
        string accepted = Printable(shown[0].Trial.Gold.Replace("|", " or ", StringComparison.Ordinal));
        var text = new StringBuilder($"{problem} in {manifest.Id}{simulated}\naccepted: {accepted}\n");
        if (absence is not null)
            text.Append('\n').Append(absence).Append('\n');
        ShownTrial? before = null;
        foreach (ShownTrial answer in shown)
        {
            Append(text, answer, before?.Trial.TraceId == answer.Trial.TraceId ? before : null);
            before = answer;
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ShownTrial shown, ShownTrial? before)
    {
        Trial trial = shown.Trial;
        text.Append(CultureInfo.InvariantCulture, $"\n== run {trial.Run}, budget {trial.BudgetTokens}: {GradeOf(trial)} ==\n");
        if (shown.Thinking is { } thinking && trial.ThinkingTokens > 0)
        {
            string earlier = before?.Thinking?.TrimEnd('\uFFFD') ?? "";
            bool continues = earlier.Length > 0 && thinking.StartsWith(earlier, StringComparison.Ordinal);
            text.Append("thinking, ").Append(TokensOf(trial, continues ? before!.Trial.ThinkingTokens : 0)).Append(":\n")
                .Append(Printable(continues ? thinking[earlier.Length..] : thinking)).Append('\n');
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"thinking: {trial.ThinkingTokens} tokens\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"answer, {trial.AnswerTokens} tokens: {Printable(trial.Response)}\n");
    }

    private static string TokensOf(Trial trial, int shownBefore)
    {
        string end = trial.ClosedByModel ? ", ended by the model" : "";
        string tokens = shownBefore == 0
            ? $"{trial.ThinkingTokens} tokens"
            : shownBefore == trial.ThinkingTokens
                ? $"the same {trial.ThinkingTokens} tokens"
                : $"tokens {shownBefore + 1} to {trial.ThinkingTokens}";
        return tokens + end;
    }

    private static string GradeOf(Trial trial) => trial.Status switch
    {
        TrialStatus.Ok => $"{(trial.Correct ? "right" : "wrong")}, read as {Printable(trial.Answer)}",
        TrialStatus.NoAnswer => "no answer could be read, counts as wrong",
        _ => $"excluded ({trial.Status}: {Printable(trial.Reason).TrimEnd('.')})",
    };

    /// <summary>Without the control characters by which a text could command a terminal.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Select(symbol => char.IsControl(symbol) && symbol is not ('\n' or '\t') ? '\uFFFD' : symbol));
}
