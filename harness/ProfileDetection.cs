using Calibration.Harness.Servers;

namespace Calibration.Harness;

/// <summary>Finds a model's profile by what its tokenizer and its chat template do, not by its name.</summary>
internal static class ProfileDetection
{
    internal static async Task<ModelProfile> DetectAsync(IServerDialect server, CancellationToken cancellationToken)
    {
        if (await server.TokenizeAsync(ModelProfile.Qwen3.CloseToken, cancellationToken) is not [int close])
            return ModelProfile.PlainText;
        int[] noThinking = await server.RenderChatAsync("Hi", thinking: false, cancellationToken);
        return noThinking.Contains(close) ? ModelProfile.Qwen3 : ModelProfile.DeepSeekR1;
    }
}
