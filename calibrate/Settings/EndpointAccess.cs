using System.Collections.Immutable;
using System.Text;
using Calibration.Datasets.Loading;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Calibrate.Settings;

/// <summary>What the settings of an endpoint name: the key, the profile and the retry policy.</summary>
internal static class EndpointAccess
{
    /// <summary>The API key from where the user said it is; null where it is nowhere.</summary>
    /// <exception cref="UserFault">It is not there.</exception>
    internal static string? ApiKey(EndpointSettings settings)
    {
        if (settings.ApiKeyEnv is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key
                ? key.Trim()
                : throw new UserFault($"The environment variable {variable} of --api-key-env is not set.");
        }

        if (settings.ApiKeyFile is not { } file)
            return null;
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text
            ? text
            : throw new UserFault($"The file {file} of --api-key-file is missing or empty.");
    }

    /// <summary>The named profile, or that of a file; null where it is to be detected.</summary>
    /// <exception cref="UserFault">There is no such profile, or its file has faults; the message has a line for each.</exception>
    internal static ModelProfile? Profile(EndpointSettings settings)
    {
        if (settings.Profile is not { } name)
            return null;
        if (ModelProfile.All.FirstOrDefault(profile => profile.Name == name) is { } known)
            return known;
        if (!File.Exists(name))
        {
            string names = string.Join(", ", ModelProfile.All.Select(profile => profile.Name));
            throw new UserFault($"--profile is \"{name}\": it is one of {names}, or a JSON file that exists.");
        }

        (ModelProfile? read, ImmutableArray<string> faults) = ProfileFile.Read(Encoding.UTF8.GetString(Utf8Text.Read(name)));
        return read ?? throw new UserFault(string.Join(Environment.NewLine, faults.Select(fault => $"The profile {name}: {fault}")));
    }

    /// <summary>Which model is asked, and how.</summary>
    /// <exception cref="UserFault">There is no such profile.</exception>
    internal static ForcingOptions Forcing(EndpointSettings settings, RunPlan plan) => new()
    {
        PromptFormat = plan.PromptFormat,
        Model = settings.Model,
        Profile = Profile(settings),
        ContextTokens = settings.ContextTokens,
        Sampling = plan.Sampling,
        Semantics = plan.Semantics,
    };

    /// <summary>How long an endpoint is waited for.</summary>
    internal static RetryPolicy RetryPolicy(EndpointSettings settings, CancellationToken deadline)
    {
        TimeSpan down = TimeSpan.FromMinutes(settings.DownLimitMinutes);
        return Harness.Transport.RetryPolicy.Overnight with
        {
            Idle = TimeSpan.FromSeconds(settings.IdleLimitSeconds),
            Down = down,
            Busy = down,
            Deadline = deadline,
        };
    }
}
