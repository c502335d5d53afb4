using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>Qwen3's chat template for one user message, where a server has no route that renders the model's own.</summary>
internal static class Qwen3Template
{
    internal static string Render(string userMessage, bool thinking) =>
        $"<|im_start|>user\n{userMessage}<|im_end|>\n<|im_start|>assistant\n{(thinking ? "" : "<think>\n\n</think>\n\n")}";

    /// <exception cref="EndpointException">The model does not know this template's tokens.</exception>
    internal static async Task<int[]> TokensAsync(IServerDialect server, string userMessage, bool thinking, CancellationToken cancellationToken)
    {
        int[] start = await server.TokenizeAsync("<|im_start|>", cancellationToken);
        return start.Length == 1
            ? await server.TokenizeAsync(Render(userMessage, thinking), cancellationToken)
            : throw new EndpointException($"{server.Facts.Url} renders no chat template, and Qwen3's, which is known here, does not fit {server.Facts.Model}.");
    }
}
