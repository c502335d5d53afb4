namespace Calibration.Harness.Transport;

/// <summary>Whether an endpoint does its work: the server is healthy, and answers what measuring asks of it.</summary>
internal sealed class EndpointHealth(EndpointTransport transport, TimeSpan limit)
{
    private Func<CancellationToken, Task>? _canary;

    /// <summary>Whether a model has been asked here before: then a refusal of the key or of the model may pass, too.</summary>
    internal bool KnowsTheModel => _canary is not null;

    /// <summary>From now on the endpoint is up if this small request of the kind that measuring makes succeeds.</summary>
    internal void LookBy(Func<CancellationToken, Task> askAsync) => _canary = askAsync;

    /// <summary>Looks.</summary>
    /// <exception cref="EndpointException">The endpoint does not do its work.</exception>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var health = new Uri(transport.Root, "health");
        EndpointReply reply = await transport.GetAsync(health, limit, cancellationToken);
        if (reply.Status >= 500)
            throw reply.Fault(health);
        if (_canary is not null)
        {
            await _canary(cancellationToken);
            return;
        }

        var models = new Uri(transport.Api, "models");
        reply = await transport.GetAsync(models, limit, cancellationToken);
        if (!reply.IsSuccess)
            throw reply.Fault(models);
    }
}
