using System.Collections.Immutable;
using Calibration.Calibrate.Settings;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Measuring;

/// <summary>An answer with the thinking before it.</summary>
/// <param name="Trial">The answer.</param>
/// <param name="Thinking">The thinking as text; null where there is no text of it.</param>
internal sealed record ShownTrial(Trial Trial, string? Thinking);

/// <summary>
/// The thinking of one problem as text: what the run kept, else the text that a server of its model gives of the stored token ids.
/// </summary>
/// <param name="folder">The run.</param>
/// <param name="server">How a server is reached; an address is there only where the user named one.</param>
/// <param name="clock">Times requests.</param>
internal sealed class ThinkingTexts(RunFolder folder, EndpointSettings server, TimeProvider clock)
{
    private const string Remedy =
        "Start a server of that model and name it with --endpoint, or measure with --keep-text, which stores the thinking as text.";

    /// <summary>The answers with their thinking, and in one sentence why some of it has no text; null where all of it has.</summary>
    /// <param name="trials">Answers to one problem.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EndpointException">The server that the user named cannot be used.</exception>
    /// <exception cref="EndpointLostException">The server that the user named does not answer.</exception>
    internal async Task<(ImmutableArray<ShownTrial> Shown, string? Absence)> OfAsync(
        ImmutableArray<Trial> trials, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = [.. trials.Select(trial => trial.TraceId)];
        Dictionary<(string, int), string> texts = await folder.Thinking.ReadAsync().Where(kept => wanted.Contains(kept.TraceId))
            .ToDictionaryAsync(kept => (kept.TraceId, kept.ThinkingTokens), kept => kept.Text, cancellationToken: cancellationToken);
        string? absence = null;
        if (trials.Any(IsMissing))
            absence = await AskAsync([.. trials.Where(IsMissing)], texts, cancellationToken);
        IEnumerable<ShownTrial> shown = trials.Select(trial =>
            new ShownTrial(trial, texts.GetValueOrDefault((trial.TraceId, trial.ThinkingTokens))));
        return ([.. shown], absence);

        bool IsMissing(Trial trial) => trial.ThinkingTokens > 0 && !texts.ContainsKey((trial.TraceId, trial.ThinkingTokens));
    }

    private async Task<string?> AskAsync(
        Trial[] missing, Dictionary<(string TraceId, int Tokens), string> texts, CancellationToken cancellationToken)
    {
        if (missing[0].PromptFormat == PromptFormat.Text)
        {
            return "The thinking is not shown: this run sent its prompts as text, so it has no token ids. Measure with --keep-text, which "
                + "stores the thinking as text.";
        }

        HashSet<string> wanted = [.. missing.Select(trial => trial.TraceId)];
        Dictionary<string, Trace> traces = await folder.Traces.ReadAsync().Where(trace => wanted.Contains(trace.TraceId))
            .ToDictionaryAsync(trace => trace.TraceId, cancellationToken: cancellationToken);
        EndpointFacts own = folder.ReadManifest().Endpoint;
        try
        {
            await using EmbeddedEndpoint? embedded = own.Simulated && server.Addresses.IsEmpty
                ? await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], Model = own.Model }, cancellationToken)
                : null;
            Uri address = embedded?.BaseAddress ?? new Uri(server.Addresses is [string named] ? named : own.Url);
            RetryPolicy policy = server.Addresses.IsEmpty ? RetryPolicy.None : RetryPolicy.Brief;
            using var client = new EndpointClient(
                address,
                new EndpointClientOptions(policy, clock, new Jitter(seed: 1).Next) { ApiKey = EndpointAccess.ApiKey(server) });
            Detokenizer detokenizer = await Detokenizer.OpenAsync(client, server.Model ?? own.Model, cancellationToken);
            foreach (Trial trial in missing.Where(trial => traces.ContainsKey(trial.TraceId)))
            {
                ReadOnlyMemory<int> ids = traces[trial.TraceId].TokenIds.AsMemory();
                texts[(trial.TraceId, trial.ThinkingTokens)] = await detokenizer.TextOfAsync(
                    ids[..Math.Min(trial.ThinkingTokens, ids.Length)], cancellationToken);
            }

            return null;
        }
        catch (Exception fault) when (fault is EndpointException or EndpointLostException && server.Addresses.IsEmpty)
        {
            return $"The thinking is not shown: it was not kept as text, and {own.Url} does not give the text of its token ids "
                + $"({OptionNames.In(fault.Message).TrimEnd('.')}). {Remedy}";
        }
    }
}
