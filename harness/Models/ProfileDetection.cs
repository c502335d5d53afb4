using Calibration.Harness.Servers;

namespace Calibration.Harness.Models;

/// <summary>Finds a model's profile by what its tokenizer and its chat template do, not by its name.</summary>
internal static class ProfileDetection
{
    internal static async Task<ModelProfile> DetectAsync(IServerDialect server, CancellationToken cancellationToken)
    {
        if (await server.TokenizeAsync(ModelProfile.Qwen3.CloseToken, cancellationToken) is not [int close])
            return ModelProfile.PlainText;
        int[] thinking = await ChatPrompt.RenderAsync(server, "Hi", thinking: true, cancellationToken);
        int[] noThinking = await ChatPrompt.RenderAsync(server, "Hi", thinking: false, cancellationToken);

        // A template may speak of the delimiters in a system message of its own, in both forms alike.
        return noThinking.Count(id => id == close) > thinking.Count(id => id == close) ? ModelProfile.Qwen3 : ModelProfile.DeepSeekR1;
    }

    /// <summary>Whether a prompt that asks for thinking ends in a closed block, but for a newline.</summary>
    internal static bool IsClosed(ReadOnlySpan<int> thinkingPrompt, int close) =>
        thinkingPrompt.LastIndexOf(close) is >= 0 and var last && last >= thinkingPrompt.Length - 2;
}
