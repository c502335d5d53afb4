using System.ClientModel.Primitives;

namespace Calibration.Harness.Transport;

/// <summary>A request, and how long the endpoint may be silent about it, by the client's clock.</summary>
internal sealed class LimitedMessage : IDisposable
{
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;

    /// <summary>The limit begins now.</summary>
    internal LimitedMessage(PipelineMessage content, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        (Content, Limit, Asker) = (content, limit, cancellationToken);
        _silence = new CancellationTokenSource(limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
        content.Apply(new RequestOptions { CancellationToken = _either.Token, ErrorOptions = ClientErrorBehaviors.NoThrow });
        content.NetworkTimeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>What is sent.</summary>
    internal PipelineMessage Content { get; }

    /// <summary>Where it is sent to.</summary>
    internal Uri? Uri => Content.Request.Uri;

    /// <summary>How long the endpoint may be silent.</summary>
    internal TimeSpan Limit { get; }

    /// <summary>Ends when nobody waits for the response any more.</summary>
    internal CancellationToken Asker { get; }

    /// <summary>Ends when nobody waits for the response any more, or the limit is over.</summary>
    internal CancellationToken Ended => _either.Token;

    /// <summary>Whether nobody waits for the response any more.</summary>
    internal bool IsAbandoned => Asker.IsCancellationRequested;

    /// <summary>Whether the endpoint was silent for too long.</summary>
    internal bool IsOverdue => _silence.IsCancellationRequested;

    /// <summary>The endpoint was heard: the limit begins anew.</summary>
    internal void Heard() => _silence.CancelAfter(Limit);

    public void Dispose()
    {
        Content.Dispose();
        _either.Dispose();
        _silence.Dispose();
    }
}
