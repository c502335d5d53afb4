using System.Collections.Immutable;
using Calibration.Calibrate.Settings;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Measuring;

/// <summary>How the clients of a run ask.</summary>
/// <param name="Addresses">The endpoints.</param>
/// <param name="Policy">How long they wait for an endpoint.</param>
/// <param name="Plan">What is measured.</param>
/// <param name="ApiKey">The API key; null where none is needed. It never leaves the client.</param>
internal sealed record ClientSettings(ImmutableArray<Uri> Addresses, RetryPolicy Policy, RunPlan Plan, string? ApiKey)
{
    /// <summary>Gets a sentence when an endpoint is lost, and when it is back; null where nobody listens.</summary>
    internal IProgress<string>? Notices { get; init; }
}

/// <summary>Opens the endpoints of a run: what is wrong at the start is said soon, later a server may take its time to come back.</summary>
internal sealed class EndpointOpening(ClientSettings settings, TextWriter log, TimeProvider clock) : IDisposable
{
    /// <summary>Where others go on with the work, a request does not wait longer for one that is down.</summary>
    private static readonly TimeSpan DownAmongOthers = TimeSpan.FromSeconds(10);

    private readonly List<EndpointClient> _clients = [];
    private readonly Jitter _jitter = new(settings.Plan.Seed);

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    /// <summary>Starts the embedded endpoint with the problems of a plan.</summary>
    internal static Task<EmbeddedEndpoint> EmbeddedAsync(
        ExperimentPlan plan, EndpointSettings settings, CancellationToken cancellationToken) => EmbeddedEndpoint.StartAsync(
        new EndpointOptions
        {
            Problems = [.. plan.Tasks.SelectMany(task => task.Problems)],
            Seed = (ulong)(uint)plan.Seed,
            Paced = settings.Paced,
            Truth = settings.Truth is { } truth ? EndpointTruth.Load(truth) : null,
        },
        cancellationToken);

    /// <summary>The endpoints that answer; one that does not is left out where another does.</summary>
    /// <exception cref="EndpointException">None can be used; the message says why.</exception>
    /// <exception cref="UserFault">They do not serve the same model in the same way.</exception>
    internal async Task<ImmutableArray<IBudgetForcing>> OpenAsync(ForcingOptions options, CancellationToken cancellationToken)
    {
        var opened = ImmutableArray.CreateBuilder<IBudgetForcing>();
        Exception? away = null;
        foreach (Uri address in settings.Addresses)
        {
            try
            {
                opened.Add(await BudgetForcing.OpenAsync(await ClientAsync(address, cancellationToken), options, cancellationToken));
            }
            catch (Exception fault) when (fault is EndpointException or EndpointLostException && settings.Addresses.Length > 1)
            {
                away = fault;
                await log.WriteLineAsync($"{address} is not used: {OptionNames.In(fault.Message)}");
            }
        }

        if (opened.Count == 0)
            throw new EndpointException($"No endpoint can be used: {away!.Message}", away);
        foreach (IBudgetForcing other in opened.Skip(1))
            await ThrowIfDifferentAsync(opened[0], other, cancellationToken);
        return opened.ToImmutable();
    }

    private async Task<EndpointClient> ClientAsync(Uri address, CancellationToken cancellationToken)
    {
        using (var first = new EndpointClient(
            address, new EndpointClientOptions(RetryPolicy.Brief, clock, _jitter.Next) { ApiKey = settings.ApiKey }))
            await ServerDetection.ReachAsync(first, cancellationToken);

        bool isOneOfSeveral = settings.Addresses.Length > 1;
        RetryPolicy own = isOneOfSeveral ? settings.Policy with { Down = DownAmongOthers } : settings.Policy;
        var client = new EndpointClient(address, new EndpointClientOptions(own, clock, _jitter.Next)
        {
            ApiKey = settings.ApiKey,
            Concurrency = settings.Plan.Concurrency,
            Notices = new From(settings.Notices, isOneOfSeveral ? $"{address}: " : ""),
        });
        _clients.Add(client);
        return client;
    }

    private static async Task ThrowIfDifferentAsync(IBudgetForcing first, IBudgetForcing other, CancellationToken cancellationToken)
    {
        EndpointFacts was = first.Facts, now = other.Facts;
        bool rendersAlike = await first.RenderAsync("What is 2+3?", cancellationToken) == await other.RenderAsync(
            "What is 2+3?", cancellationToken);
        if (was with { Url = "" } != now with { Url = "" } || first.Profile != other.Profile || !rendersAlike)
        {
            throw new UserFault(
                $"The endpoints do not serve one model in one way: {Shown(was)}, profile {first.Profile.Name}; "
                + $"{Shown(now)}, profile {other.Profile.Name}{(rendersAlike ? "" : "; they render a message differently")}.");
        }
    }

    private static string Shown(EndpointFacts facts) =>
        $"{facts.Url} is {facts.Server} {facts.Version} with {facts.Model}, context {facts.ContextTokens}";

    /// <summary>Notices that say which endpoint they are about.</summary>
    private sealed class From(IProgress<string>? notices, string address) : IProgress<string>
    {
        public void Report(string value) => notices?.Report(address + OptionNames.In(value));
    }
}
