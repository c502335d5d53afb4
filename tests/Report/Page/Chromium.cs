using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Calibration.Tests.Report.Page;

/// <summary>A page as Chromium shows it: its document after the scripts, and what the browser logged.</summary>
internal sealed record Chromium(string Document, string Log)
{
    /// <summary>Console messages, exceptions included.</summary>
    internal IEnumerable<string> ConsoleMessages => Log.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal));

    /// <summary>Opens a page without network, in a window of a given width. Skips the test where Chromium is absent.</summary>
    internal static async Task<Chromium> OpenAsync(string address, string profile, params string[] more)
    {
        using Process? browser = Started(
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr", "--proxy-server=127.0.0.1:9",
            $"--user-data-dir={profile}", "--virtual-time-budget=4000", .. more, "--dump-dom", address,
        ]);
        Assert.SkipWhen(browser is null, "chromium is not installed.");
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Task<string> log = browser.StandardError.ReadToEndAsync(cancelled);
        string document = await browser.StandardOutput.ReadToEndAsync(cancelled);
        await browser.WaitForExitAsync(cancelled);
        return new Chromium(document, await log);
    }

    /// <summary>The browser; null where it is not installed.</summary>
    internal static Process? Started(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("chromium", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
