using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Calibration.Tests.Report.Page;

/// <summary>A page in a Chromium that is driven by real key presses and mouse moves, through its debugging protocol.</summary>
internal sealed class ChromiumSession : IAsyncDisposable
{
    private readonly Process _browser;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _asked = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private string? _session;
    private Task _listening = Task.CompletedTask;
    private int _id;

    private ChromiumSession(Process browser) => _browser = browser;

    /// <summary>Addresses that the page asked for, its own among them.</summary>
    internal IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Exceptions and console messages.</summary>
    internal IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Opens a page in a window of the given size; skips the test where Chromium is absent.</summary>
    internal static async Task<ChromiumSession> OpenAsync(string address, string profile, int width, int height)
    {
        Process? browser = Chromium.Started(
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--remote-debugging-port=0", $"--user-data-dir={profile}", $"--window-size={width},{height}", "about:blank",
        ]);
        Assert.SkipWhen(browser is null, "chromium is not installed.");
        var session = new ChromiumSession(browser);
        try
        {
            await session.ConnectAsync(address);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _browser.Kill(entireProcessTree: true);
        await _browser.WaitForExitAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _browser.Dispose();
    }

    /// <summary>The value of an expression, as text.</summary>
    internal async Task<string> EvaluateAsync(string expression) =>
        (await AskAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})" }))["result"]!["value"]!.ToString();

    /// <summary>Presses and releases a key.</summary>
    internal async Task PressAsync(string key, int code)
    {
        foreach (string type in (string[])["rawKeyDown", "keyUp"])
        {
            await AskAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = type,
                ["key"] = key,
                ["code"] = key,
                ["windowsVirtualKeyCode"] = code,
            });
            if (type == "rawKeyDown" && key == "Enter")
                await AskAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = "char", ["key"] = key, ["text"] = "\r" });
        }
    }

    /// <summary>Drags from one place to another, in pixels of the window.</summary>
    internal async Task DragAsync((double X, double Y) from, (double X, double Y) to)
    {
        await MouseAsync("mouseMoved", from, "none");
        await MouseAsync("mousePressed", from, "left");
        for (int step = 1; step <= 5; step++)
            await MouseAsync("mouseMoved", (from.X + ((to.X - from.X) * step / 5), from.Y + ((to.Y - from.Y) * step / 5)), "left");
        await MouseAsync("mouseReleased", to, "left");
    }

    private Task<JsonNode> MouseAsync(string type, (double X, double Y) at, string button) => AskAsync(
        "Input.dispatchMouseEvent",
        new JsonObject
        {
            ["type"] = type,
            ["x"] = at.X,
            ["y"] = at.Y,
            ["button"] = button,
            ["buttons"] = button == "left" ? 1 : 0,
            ["clickCount"] = 1,
        });

    private async Task ConnectAsync(string address)
    {
        string? line;
        do
            line = await _browser.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("DevTools listening on ", StringComparison.Ordinal));
        _ = _browser.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _socket.ConnectAsync(new Uri(line!["DevTools listening on ".Length..]), TestContext.Current.CancellationToken);
        _listening = ListenAsync();
        JsonNode target = await AskAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attach = new JsonObject { ["targetId"] = target["targetId"]!.ToString(), ["flatten"] = true };
        _session = (await AskAsync("Target.attachToTarget", attach))["sessionId"]!.ToString();
        foreach (string domain in (string[])["Network", "Runtime", "Page"])
            await AskAsync(domain + ".enable", []);
        await AskAsync("Page.navigate", new JsonObject { ["url"] = address });
        for (int look = 0; look < 200 && await EvaluateAsync("document.readyState + location.protocol") != "completefile:"; look++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters)
    {
        int id = Interlocked.Increment(ref _id);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
            message["sessionId"] = _session;
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            using var message = new MemoryStream();
            WebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);
            JsonNode said = JsonNode.Parse(message.ToArray())!;
            if (said["id"]?.GetValue<int>() is { } id && _asked.TryRemove(id, out TaskCompletionSource<JsonNode>? asked))
                asked.SetResult(said["result"] ?? throw new InvalidOperationException(said.ToJsonString()));
            else if (said["method"]?.ToString() == "Network.requestWillBeSent")
                _requests.Enqueue(said["params"]!["request"]!["url"]!.ToString());
            else if (said["method"]?.ToString() is "Runtime.exceptionThrown" or "Runtime.consoleAPICalled")
                _faults.Enqueue(said.ToJsonString());
        }
    }
}
