namespace Calibration.Datasets.Pulling;

/// <summary>Where benchmarks are pulled from and kept.</summary>
public sealed record PullOptions
{
    /// <summary>The hub that everybody uses unless <c>HF_ENDPOINT</c> names a mirror.</summary>
    public static Uri Hub { get; } = new("https://huggingface.co");

    /// <summary>Directory of the pulled files, one folder a task: a data directory for <see cref="Benchmark.Load"/>.</summary>
    public required string Directory { get; init; }

    /// <summary>The hub or a mirror of it.</summary>
    public Uri Endpoint { get; init; } = Hub;

    /// <summary>Access token, sent to <see cref="Endpoint"/> only and shown nowhere; null where there is none.</summary>
    public string? Token { get; init; }

    /// <summary>How often one file is tried; at least 1.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Wait before the second attempt; it doubles with each further one. A server's <c>Retry-After</c> goes before.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait that a server's <c>Retry-After</c> is granted; beyond it the pull ends with the server's words.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest silence of a connection before the attempt counts as failed.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Options by the environment: <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c>, and the cache folder <c>$HF_HOME/calibration</c>,
    /// else <c>$XDG_CACHE_HOME/calibration</c>, else <c>%LOCALAPPDATA%\calibration</c> on Windows and <c>~/.cache/calibration</c>
    /// elsewhere.
    /// </summary>
    /// <param name="variable">Looks up an environment variable.</param>
    /// <exception cref="DatasetException"><c>HF_ENDPOINT</c> is no http or https address.</exception>
    public static PullOptions FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string? token = Set(variable, "HF_TOKEN")?.Trim();
        return new()
        {
            Directory = Path.Combine(CacheRoot(variable), "calibration", "datasets"),
            Endpoint = Set(variable, "HF_ENDPOINT") is { } mirror ? Mirror(mirror) : Hub,
            Token = token,
        };
    }

    // A record prints its members by default; a token must not be among them.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Directory = ").Append(Directory).Append(", Endpoint = ").Append(Endpoint);
        return true;
    }

    private static string CacheRoot(Func<string, string?> variable) =>
        Set(variable, "HF_HOME") ?? Set(variable, "XDG_CACHE_HOME")
        ?? (OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Set(variable, "HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"));

    private static Uri Mirror(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new DatasetException(
                $"HF_ENDPOINT is '{address}', which is not an http or https address; unset it, or name a mirror such as {Hub}.");

    private static string? Set(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;
}
