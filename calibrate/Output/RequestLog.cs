using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>The embedded endpoint's own times of every request, a line of JSON each.</summary>
internal sealed class RequestLog(string path) : IProgress<ServedRequest>, IDisposable
{
    private readonly StreamWriter _file = Open(path);

    /// <exception cref="UserFault">The file cannot be written.</exception>
    private static StreamWriter Open(string path)
    {
        try
        {
            return new StreamWriter(path) { AutoFlush = true };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserFault(
                $"--log is {path}, which cannot be written ({fault.Message.TrimEnd('.')}): name a file in a folder that exists.");
        }
    }

    public void Dispose() => _file.Dispose();

    public void Report(ServedRequest value)
    {
        string line = JsonSerializer.Serialize(
            new { value.User, value.PromptTokens, value.ThinkingTokens, value.ThinkingClosed, value.TokenSeconds, value.Seconds },
            ResultsJson.Line);
        lock (_file)
            _file.WriteLine(line);
    }
}
