using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Calibration.Datasets.Loading;
using Calibration.Datasets.Pulling;

namespace Calibration.Datasets;

/// <summary>Fetches benchmarks' published files from the hub into the cache folder.</summary>
/// <remarks>
/// A file arrives completely under a temporary name, is checked (announced size and checksum, columns, rows, the checksum of its first
/// pull) and only then renamed: a file in the cache is complete.
/// </remarks>
/// <param name="http">Sends the requests; it must not follow redirects itself (<see cref="CreateClient"/> makes such a client).</param>
/// <param name="options">Where from and where to.</param>
/// <param name="time">Clock of the waits between attempts.</param>
public sealed class DatasetPull(HttpClient http, PullOptions options, TimeProvider time)
{
    private readonly HubDownload _download = new(http, options, time);

    internal Func<string, HubSource> Sources { get; init; } = HubSource.Of;

    /// <summary>A client that leaves redirects to the pull, so that a token never follows them to another host.</summary>
    public static HttpClient CreateClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>What a benchmark's pull needs first, in words for the user; empty where it needs nothing.</summary>
    /// <param name="benchmark">The benchmark.</param>
    public static string ConditionOf(Benchmark benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        return HubSource.Of(benchmark.Task).Condition;
    }

    /// <summary>The page where a benchmark's terms must be accepted before it can be pulled; null where it is open to all.</summary>
    /// <param name="benchmark">The benchmark.</param>
    public static Uri? TermsOf(Benchmark benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        HubSource source = HubSource.Of(benchmark.Task);
        return source.Gated ? new(PullOptions.Hub, $"datasets/{source.Repository}") : null;
    }

    /// <summary>Fetches what is missing of a benchmark; a complete file with its recorded checksum is left alone.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="progress">Told as bytes arrive; may be null.</param>
    /// <param name="cancellationToken">Stops the pull; files already complete stay.</param>
    /// <returns>All files of the benchmark in the cache.</returns>
    /// <exception cref="DatasetException">
    /// A file cannot be had, or is not what was published or recorded; the message says what to do.
    /// </exception>
    public async Task<ImmutableArray<PulledFile>> PullAsync(
        Benchmark benchmark, IProgress<PullProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        HubSource source = Sources(benchmark.Task);
        Checksums checksums = Prepared();
        ImmutableArray<PulledFile>.Builder files = ImmutableArray.CreateBuilder<PulledFile>();
        foreach (ImmutableArray<HubFile> alternatives in source.Files)
        {
            ImmutableArray<PublishedFile> published = [.. alternatives.Select(file => new PublishedFile(benchmark.Task, source, file))];
            files.Add(await OneAsync(published, checksums, progress, cancellationToken));
        }

        return files.ToImmutable();
    }

    /// <summary>The benchmark's files that are in the cache, whether or not they are still as recorded.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <returns>The files present; <see cref="Benchmark.Load"/> needs all of them.</returns>
    public ImmutableArray<PulledFile> Present(Benchmark benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        HubSource source = Sources(benchmark.Task);
        return
        [
            .. source.Files
                .Select(alternatives => alternatives
                    .Select(file => new PublishedFile(benchmark.Task, source, file).RelativePath)
                    .FirstOrDefault(path => File.Exists(Full(path))))
                .Where(path => path is not null)
                .Select(path => Kept(path!)),
        ];
    }

    private Checksums Prepared()
    {
        try
        {
            Directory.CreateDirectory(options.Directory);
            return Checksums.Read(options.Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(
                $"The cache folder '{options.Directory}' cannot be written ({error.Message}); "
                    + "set HF_HOME or XDG_CACHE_HOME to another one.",
                error);
        }
    }

    private async Task<PulledFile> OneAsync(
        ImmutableArray<PublishedFile> alternatives,
        Checksums checksums,
        IProgress<PullProgress>? progress,
        CancellationToken cancellationToken)
    {
        foreach (string path in alternatives.Select(file => file.RelativePath).Where(path => File.Exists(Full(path))))
        {
            PulledFile kept = Kept(path);
            if (checksums.Of(path) == kept.Sha256) return kept;
        }

        for (int i = 0; ; i++)
        {
            try
            {
                return await FetchAsync(alternatives[i], checksums, progress, cancellationToken);
            }
            catch (FileNotFoundException) when (i + 1 < alternatives.Length)
            {
                // The next alternative is tried.
            }
            catch (FileNotFoundException)
            {
                throw HubAnswers.Refused(HttpStatusCode.NotFound, alternatives[0], options);
            }
        }
    }

    private async Task<PulledFile> FetchAsync(
        PublishedFile file, Checksums checksums, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        string relative = file.RelativePath;
        TimeSpan delay = options.FirstDelay;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await AttemptAsync(
                    file, checksums, (bytes, total) => progress?.Report(new(relative, attempt, bytes, total)), cancellationToken);
            }
            catch (PullFault fault)
            {
                TimeSpan wait = fault.RetryAfter ?? delay;
                if (attempt >= options.Attempts || wait > options.LongestDelay)
                    throw fault.InnerException as DatasetException
                        ?? new DatasetException(
                            $"{relative} could not be pulled in {attempt} attempts: {fault.Message}. Try again later, copy the file there "
                                + $"yourself, or set HF_ENDPOINT to a mirror.",
                            fault);
                if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
                delay *= 2;
            }
        }
    }

    private async Task<PulledFile> AttemptAsync(
        PublishedFile file, Checksums checksums, Action<long, long?> report, CancellationToken cancellationToken)
    {
        string relative = file.RelativePath;
        string partial = Path.Combine(options.Directory, ".partial", Guid.NewGuid().ToString("N"), Path.GetFileName(relative));
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        try
        {
            string? announced = await _download.RunAsync(file, partial, report, cancellationToken);
            string sha256 = Hash(partial);
            if (announced is not null && announced != sha256)
                throw new PullFault("the bytes that arrived are not those that the hub announced");
            Check(file, partial);
            if (checksums.Of(relative) is { } recorded && recorded != sha256)
                throw new DatasetException(
                    $"{relative} is no longer what was pulled first: its SHA-256 is {sha256}, recorded is {recorded}. Keep the old runs "
                        + $"apart, then delete the entry in {Path.Combine(options.Directory, Checksums.FileName)} to accept the new file.");
            Directory.CreateDirectory(Path.GetDirectoryName(Full(relative))!);
            File.Move(partial, Full(relative), overwrite: true);
            checksums.Record(relative, sha256);
            return new(relative, sha256, new FileInfo(Full(relative)).Length, true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not FileNotFoundException)
        {
            throw new DatasetException($"The cache folder '{options.Directory}' cannot be written ({error.Message}).", error);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(partial)!, recursive: true);
        }
    }

    // Wrong bytes may be a proxy's page or a broken mirror's answer: another attempt may bring the right ones.
    private static void Check(PublishedFile published, string partial)
    {
        (_, HubSource source, HubFile file) = published;
        try
        {
            DatasetTable table = DatasetTable.Read(Path.GetDirectoryName(partial)!, partial);
            if (!table.Has(source.Columns))
            {
                throw new PullFault(
                    $"what arrived has the columns {string.Join(", ", table.Columns)}; expected {string.Join(", ", source.Columns)}");
            }

            if (table.Rows.Length != file.Rows)
                throw new PullFault($"what arrived has {table.Rows.Length} rows; {file.Rows} were expected");
        }
        catch (DatasetException error)
        {
            throw new PullFault(
                $"what arrived is not a {Path.GetExtension(file.Path)} file of {published.RelativePath}", error.InnerException);
        }
    }

    private PulledFile Kept(string relative) => new(relative, Hash(Full(relative)), new FileInfo(Full(relative)).Length, false);

    private string Full(string relative) => Path.Combine(options.Directory, relative);

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
