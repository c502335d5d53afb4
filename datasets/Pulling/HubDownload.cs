using System.Net;

namespace Calibration.Datasets.Pulling;

/// <summary>One attempt to bring a hub file onto the disk.</summary>
internal sealed class HubDownload(HttpClient http, PullOptions options, TimeProvider time)
{
    private const int BufferBytes = 81920;

    private readonly HubRequest _request = new(http, options, time);

    /// <summary>Downloads a file to a path.</summary>
    /// <returns>The SHA-256 that the hub announced; null where it announced none.</returns>
    /// <exception cref="FileNotFoundException">The hub has no such file.</exception>
    /// <exception cref="PullFault">Another attempt may succeed.</exception>
    /// <exception cref="DatasetException">The hub refuses.</exception>
    public async Task<string?> RunAsync(
        PublishedFile file, string path, Action<long, long?> report, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = new(options.Stall, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            Uri address = _request.Address(file.Source, file.File);
            (HttpResponseMessage response, string? sha256) = await _request.SendAsync(address, either.Token);
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.NotFound) throw new FileNotFoundException();
                if (!response.IsSuccessStatusCode) throw Refusal(response, file);
                await CopyAsync(response, path, report, stall, either.Token);
                return sha256;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PullFault($"the server was silent for {options.Stall.TotalSeconds:0} seconds");
        }
    }

    private Exception Refusal(HttpResponseMessage response, PublishedFile file)
    {
        DatasetException refused = HubAnswers.Refused(response.StatusCode, file, options);
        return HubAnswers.IsTransient(response.StatusCode)
            ? new PullFault(refused.Message, refused, _request.RetryAfter(response))
            : refused;
    }

    private async Task CopyAsync(
        HttpResponseMessage response,
        string path,
        Action<long, long?> report,
        CancellationTokenSource stall,
        CancellationToken cancellationToken)
    {
        long? total = response.Content.Headers.ContentLength;
        byte[] buffer = new byte[BufferBytes];
        long received = 0;
        await using FileStream target = File.Create(path);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await ReadAsync(body, buffer, received, cancellationToken) is > 0 and var count)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            received += count;
            stall.CancelAfter(options.Stall);
            report(received, total);
        }

        if (total is { } expected && expected != received) throw new PullFault($"{received} of {expected} bytes arrived");
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, long received, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new PullFault($"the connection broke after {received} bytes", error);
        }
    }
}
