using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>The embedded endpoint's own times of every request, a line of JSON each.</summary>
internal sealed class RequestLog(string path) : IProgress<ServedRequest>, IDisposable
{
    private readonly StreamWriter file = new(path) { AutoFlush = true };

    public void Dispose() => file.Dispose();

    public void Report(ServedRequest value)
    {
        string line = JsonSerializer.Serialize(
            new { value.User, value.PromptTokens, value.ThinkingTokens, value.ThinkingClosed, value.TokenSeconds, value.Seconds }, ResultsJson.Line);
        lock (file)
            file.WriteLine(line);
    }
}
