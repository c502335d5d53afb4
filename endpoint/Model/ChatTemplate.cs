using System.Text;
using System.Text.Json;

namespace Calibration.Endpoint.Model;

/// <summary>The simulated model's chat template, which has the shape of Qwen3's.</summary>
internal static class ChatTemplate
{
    internal static string Render(JsonElement messages, JsonElement request)
    {
        var text = new StringBuilder();
        foreach (JsonElement message in messages.EnumerateArray())
            text.Append("<|im_start|>").Append(message.GetProperty("role").GetString()).Append('\n').Append(
                message.GetProperty("content").GetString()).Append("<|im_end|>\n");
        if (request.TryGetProperty("add_generation_prompt", out JsonElement add) && !add.GetBoolean())
            return text.ToString();
        text.Append("<|im_start|>assistant\n");
        bool thinking = !(request.TryGetProperty("chat_template_kwargs", out JsonElement settings)
            && settings.TryGetProperty("enable_thinking", out JsonElement enable) && !enable.GetBoolean());
        return text.Append(thinking ? "" : "<think>\n\n</think>\n\n").ToString();
    }
}
