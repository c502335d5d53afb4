using System.Text;
using System.Text.Json;
using Calibration.Tests.Datasets;

namespace Calibration.Tests.Harness.Servers;

/// <summary>A request and its response as recorded from a real server (shared/servers).</summary>
internal sealed record Recording(string Path, JsonElement Request, int Status, byte[] Body)
{
    internal static Recording Of(string file)
    {
        string text = File.ReadAllText(Repository.Shared(System.IO.Path.Combine("servers", file)));
        int response = text.LastIndexOf("\nHTTP/1.1 ", StringComparison.Ordinal);
        (string asked, string answered) = (text[..response], text[(response + 1)..]);
        int body = asked.IndexOf('{', StringComparison.Ordinal);
        return new Recording(
            asked.Split(' ')[1],
            body < 0 || asked.Contains(" ... ", StringComparison.Ordinal) ? default : JsonDocument.Parse(asked[body..]).RootElement,
            int.Parse(answered.AsSpan("HTTP/1.1 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture),
            Encoding.UTF8.GetBytes(answered[(answered.IndexOf("\n\n", StringComparison.Ordinal) + 2)..].Trim('\n') + "\n\n"));
    }

    internal static IEnumerable<string> Files(string server) =>
        Directory.GetFiles(Repository.Shared(System.IO.Path.Combine("servers", server))).Order(StringComparer.Ordinal)
            .Select(file => System.IO.Path.Combine(server, System.IO.Path.GetFileName(file)));

    /// <summary>A real server that answers what was recorded for the path that it is asked.</summary>
    internal static ScriptedServer Serve(params string[] files)
    {
        Recording[] recordings = [.. files.Select(Of)];
        return new ScriptedServer(request =>
        {
            Recording? found = recordings.FirstOrDefault(recording => recording.Path == request.Path);
            return found is null
                ? ScriptedServer.Status("404 Not Found")
                :
                [
                    .. Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 {found.Status} Recorded\r\nContent-Length: {found.Body.Length}\r\nConnection: close\r\n\r\n"),
                    .. found.Body,
                ];
        });
    }
}
