using System.Text;

namespace Calibration.Endpoint;

/// <summary>
/// The simulated model at work on one request: it opens its thinking, thinks in words, closes at its natural
/// length, answers, and ends its turn.
/// </summary>
internal sealed class Generation
{
    private readonly PromptReading prompt;
    private readonly HiddenTruth truth;
    private readonly string group;
    private readonly ulong wordSeed;
    private readonly int naturalLength;
    private readonly Queue<int> pending = new();
    private int thinking;
    private bool thinkingEnded;
    private bool answered;

    internal Generation(PromptReading prompt, HiddenTruth truth, string group)
    {
        this.prompt = prompt;
        this.truth = truth;
        this.group = group;
        wordSeed = SeededDraw.Hash(0, group, prompt.Problem?.Id ?? "");
        naturalLength = truth.NaturalLength(prompt.Problem, group);
        thinking = prompt.ThinkingTokens;
        thinkingEnded = prompt.Closed;
        if (!prompt.Opened)
        {
            pending.Enqueue(ByteTokenizer.ThinkOpen);
            pending.Enqueue(ByteTokenizer.NewLine);
        }
    }

    /// <summary>The next token; <paramref name="endsMasked"/> forbids the close of thinking and the end of the turn.</summary>
    internal int Next(bool endsMasked)
    {
        if (pending.TryDequeue(out int token))
            return token;
        if (!thinkingEnded)
        {
            if (!WantsToClose() || endsMasked)
                return Word(thinking++);
            thinkingEnded = true;
            return ByteTokenizer.ThinkClose;
        }

        if (!answered)
        {
            answered = true;
            foreach (byte value in Encoding.UTF8.GetBytes(Answer()))
                pending.Enqueue(value);
            pending.Enqueue(ByteTokenizer.TurnEnd);
            return Next(endsMasked);
        }

        return endsMasked ? Word(thinking++) : ByteTokenizer.TurnEnd;
    }

    private string Answer() =>
        Answering.Complete(prompt.Problem, prompt.Cue, prompt.Problem is not null && truth.IsRight(prompt.Problem, group, thinking));

    /// <summary>After an overridden close the model tries again each third of its natural length.</summary>
    private bool WantsToClose() =>
        thinking >= naturalLength && (thinking - naturalLength) % Math.Max(8, naturalLength / 3) == 0;

    private int Word(int position) =>
        ByteTokenizer.FirstWord + (int)(SeededDraw.Mix(wordSeed + (ulong)position) % (ulong)ByteTokenizer.WordCount);
}
