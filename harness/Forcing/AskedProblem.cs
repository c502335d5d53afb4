using System.Collections.Immutable;
using Calibration.Datasets;

namespace Calibration.Harness.Forcing;

/// <summary>
/// A problem as one model is asked it, in token ids or in text: the prompt, and the ways from its thinking to the answer.
/// </summary>
/// <param name="Problem">The problem.</param>
/// <param name="ThinkingPrompt">Chat template and opened thinking.</param>
/// <param name="NoThinkingPrompt">Chat template in the model's own no-thinking form (budget 0).</param>
/// <param name="ForcedEnd">What ends thinking that we cut, and the answer cue.</param>
/// <param name="NaturalEnd">The model's own end of thinking, and the answer cue.</param>
/// <param name="Cue">The answer cue alone.</param>
internal sealed record AskedProblem(
    Problem Problem,
    PromptPiece ThinkingPrompt,
    PromptPiece NoThinkingPrompt,
    PromptPiece ForcedEnd,
    PromptPiece NaturalEnd,
    PromptPiece Cue)
{
    /// <summary>The prompt after which the answer begins: no thinking, thinking cut at ℓ, or thinking that the model ended.</summary>
    internal ImmutableArray<PromptPiece> AnswerPrompt(Thought? thought, int budgetTokens) => thought is null || budgetTokens == 0
        ? [NoThinkingPrompt, Cue]
        : [ThinkingPrompt, thought.UpTo(budgetTokens), thought.At(budgetTokens).IsClosed ? NaturalEnd : ForcedEnd];
}
