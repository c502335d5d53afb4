using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>
/// A user's message in the model's chat template: the server renders it, or Qwen3's template here where it has no route for it.
/// </summary>
internal static class ChatPrompt
{
    /// <summary>The message in token ids, up to where the assistant's turn begins.</summary>
    /// <exception cref="EndpointException">The server renders nothing, and the model does not know the tokens of Qwen3's
    /// template.</exception>
    internal static async Task<int[]> RenderAsync(
        IServerDialect server, string userMessage, bool thinking, CancellationToken cancellationToken)
    {
        if (await server.RenderChatAsync(userMessage, thinking, cancellationToken) is { } rendered)
            return rendered;
        int[] start = await server.TokenizeAsync("<|im_start|>", cancellationToken);
        return start.Length == 1
            ? await server.TokenizeAsync(RenderQwen3(userMessage, thinking), cancellationToken)
            : throw new EndpointException(
                $"{server.Facts.Url} renders no chat template, and the built-in one (Qwen3's) does not fit {server.Facts.Model}.");
    }

    internal static string RenderQwen3(string userMessage, bool thinking) =>
        $"<|im_start|>user\n{userMessage}<|im_end|>\n<|im_start|>assistant\n{(thinking ? "" : "<think>\n\n</think>\n\n")}";
}
