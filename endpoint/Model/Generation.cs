using System.Text;

namespace Calibration.Endpoint.Model;

/// <summary>
/// The simulated model at work on one request: it starts its thinking, thinks in words, ends it at its natural length, answers, and ends
/// its turn.
/// </summary>
internal sealed class Generation
{
    private readonly PromptReading _prompt;
    private readonly HiddenTruth _truth;
    private readonly string _group;
    private readonly ulong _wordSeed;
    private readonly int _naturalLength;
    private readonly Queue<int> _pending = new();
    private int _thinking;
    private bool _thinkingEnded;
    private bool _answered;

    internal Generation(PromptReading prompt, HiddenTruth truth, string group)
    {
        this._prompt = prompt;
        this._truth = truth;
        this._group = group;
        _wordSeed = SeededDraw.Hash(0, group, prompt.Problem?.Id ?? "");
        _naturalLength = truth.NaturalLength(prompt.Problem, group);
        _thinking = prompt.ThinkingTokens;
        _thinkingEnded = prompt.Closed;
        if (!prompt.Opened)
        {
            _pending.Enqueue(ByteTokenizer.ThinkOpen);
            _pending.Enqueue(ByteTokenizer.NewLine);
        }
    }

    /// <summary>The next token; <paramref name="endsMasked"/> forbids the end of thinking and the end of the turn.</summary>
    internal int Next(bool endsMasked)
    {
        if (_pending.TryDequeue(out int token))
            return token;
        if (!_thinkingEnded)
        {
            if (!WantsToClose() || endsMasked)
                return Word(_thinking++);
            _thinkingEnded = true;
            return ByteTokenizer.ThinkClose;
        }

        if (!_answered)
        {
            _answered = true;
            foreach (byte value in Encoding.UTF8.GetBytes(Answer()))
                _pending.Enqueue(value);
            _pending.Enqueue(ByteTokenizer.TurnEnd);
            return Next(endsMasked);
        }

        return endsMasked ? Word(_thinking++) : ByteTokenizer.TurnEnd;
    }

    private string Answer() =>
        Answering.Complete(_prompt.Problem, _prompt.Cue, _prompt.Problem is not null && _truth.IsRight(_prompt.Problem, _group, _thinking));

    /// <summary>After an overridden close the model tries again each third of its natural length.</summary>
    private bool WantsToClose() =>
        _thinking >= _naturalLength && (_thinking - _naturalLength) % Math.Max(8, _naturalLength / 3) == 0;

    private int Word(int position) =>
        ByteTokenizer.FirstWord + (int)(SeededDraw.Mix(_wordSeed + (ulong)position) % (ulong)ByteTokenizer.WordCount);
}
