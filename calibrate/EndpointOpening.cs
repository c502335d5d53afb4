using System.Collections.Immutable;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>Opens the endpoints of a run: what is wrong at the start is said soon, later a server may take its time to come back.</summary>
internal sealed class EndpointOpening(ImmutableArray<Uri> addresses, string? apiKey, Patience patience, ExperimentPlan plan, TextWriter log) : IDisposable
{
    /// <summary>Where others go on with the work, a request does not wait longer for one that is down.</summary>
    private static readonly TimeSpan DownAmongOthers = TimeSpan.FromSeconds(10);

    private readonly List<EndpointClient> clients = [];

    public void Dispose() => clients.ForEach(client => client.Dispose());

    /// <summary>The endpoints that answer; one that does not is left out where another does.</summary>
    /// <exception cref="EndpointException">None can be used; the message says why.</exception>
    /// <exception cref="UserFault">They do not serve the same model in the same way.</exception>
    internal async Task<ImmutableArray<EndpointSession>> SessionsAsync(string? model, ModelProfile? profile, CancellationToken cancellationToken)
    {
        var sessions = ImmutableArray.CreateBuilder<EndpointSession>();
        Exception? away = null;
        foreach (Uri address in addresses)
        {
            try
            {
                sessions.Add(await EndpointSession.OpenAsync(await ClientAsync(address, cancellationToken), model, profile, plan.Sampling, cancellationToken));
            }
            catch (Exception fault) when (fault is EndpointException or EndpointLostException && addresses.Length > 1)
            {
                away = fault;
                await log.WriteLineAsync($"{address} is left out: {fault.Message}");
            }
        }

        if (sessions.Count == 0)
            throw new EndpointException($"No endpoint can be used: {away!.Message}", away);
        foreach (EndpointSession other in sessions.Skip(1))
            await ThrowIfDifferentAsync(sessions[0], other, cancellationToken);
        return sessions.ToImmutable();
    }

    internal async Task<TextSession> TextSessionAsync(string? model, int? contextTokens, ModelProfile? profile, CancellationToken cancellationToken) =>
        await TextSession.OpenAsync(await ClientAsync(addresses[0], cancellationToken), model, contextTokens, profile, plan.Sampling, cancellationToken);

    private async Task<EndpointClient> ClientAsync(Uri address, CancellationToken cancellationToken)
    {
        using (var first = new EndpointClient(address, apiKey, Patience.Brief))
            await ServerDetection.ReachAsync(first, cancellationToken);

        string from = addresses.Length > 1 ? $"{address}: " : "";
        var client = new EndpointClient(
            address, apiKey, addresses.Length > 1 ? patience with { Down = DownAmongOthers } : patience, plan.Concurrency, new NoticeLines(log, from));
        clients.Add(client);
        return client;
    }

    private static async Task ThrowIfDifferentAsync(EndpointSession first, EndpointSession other, CancellationToken cancellationToken)
    {
        EndpointFacts was = first.Server.Facts, now = other.Server.Facts;
        int[] firstPrompt = await first.Server.RenderChatAsync("What is 2+3?", thinking: true, cancellationToken);
        int[] otherPrompt = await other.Server.RenderChatAsync("What is 2+3?", thinking: true, cancellationToken);
        if (was with { Url = "" } != now with { Url = "" } || first.Form.Profile != other.Form.Profile || !firstPrompt.AsSpan().SequenceEqual(otherPrompt))
        {
            throw new UserFault(
                $"The endpoints do not serve one model in one way: {Shown(was)}, profile {first.Form.Profile.Name}; {Shown(now)}, profile {other.Form.Profile.Name}{(firstPrompt.AsSpan().SequenceEqual(otherPrompt) ? "" : "; they render a message differently")}.");
        }
    }

    private static string Shown(EndpointFacts facts) => $"{facts.Url} is {facts.Server} {facts.Version} with {facts.Model}, context {facts.ContextTokens}";

    /// <summary>Each notice on a line of its own, at once.</summary>
    private sealed class NoticeLines(TextWriter log, string from) : IProgress<string>
    {
        public void Report(string value)
        {
            lock (log)
                log.WriteLine(from + value);
        }
    }
}
