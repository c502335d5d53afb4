using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>A message in the model's chat template, as text.</summary>
/// <param name="Thinking">Prompt up to where thinking begins.</param>
/// <param name="NoThinking">Prompt in the model's no-thinking form, up to where the answer begins.</param>
internal sealed record TextPrompt(string Thinking, string NoThinking);

/// <summary>
/// Renders chat templates on the text road: by the server where it has a route that gives the text (llama.cpp's <c>/apply-template</c>),
/// and otherwise Qwen3's template here, for which <see cref="Profile"/> then has a name of its own.
/// </summary>
internal sealed class TextTemplate
{
    private readonly EndpointClient? client;

    private TextTemplate(EndpointClient? client, ModelProfile profile) => (this.client, Profile) = (client, profile);

    internal ModelProfile Profile { get; }

    /// <exception cref="EndpointException">A profile is wanted that has no template.</exception>
    internal static async Task<TextTemplate> DetectAsync(EndpointClient client, string owner, ModelProfile? wanted, CancellationToken cancellationToken)
    {
        ModelProfile qwen3 = ModelProfile.Qwen3;
        if (owner != "llamacpp" || await LlamaCppDialect.ApplyTemplateAsync(client, "Hi", thinking: true, cancellationToken) is not { } thinking)
        {
            return wanted is null || wanted == qwen3
                ? new TextTemplate(null, qwen3 with { Name = "qwen3-rendered-here" })
                : throw new EndpointException($"{client.Api} renders no chat template as text, and only Qwen3's can be rendered here: leave --profile out.");
        }

        if (wanted is not null)
            return new TextTemplate(client, wanted);
        string noThinking = await LlamaCppDialect.ApplyTemplateAsync(client, "Hi", thinking: false, cancellationToken) ?? "";
        return new TextTemplate(client, Closes(noThinking) > Closes(thinking) ? qwen3 : ModelProfile.DeepSeekR1);

        int Closes(string text) => text.Split(qwen3.CloseToken).Length - 1;
    }

    internal async Task<TextPrompt> RenderAsync(string userMessage, CancellationToken cancellationToken)
    {
        string rendered = await RenderAsync(userMessage, thinking: true, cancellationToken);

        // Newer templates open the thinking themselves, with or without its newline.
        int opened = Enumerable.Range(0, Profile.Open.Length + 1).Last(count => rendered.EndsWith(Profile.Open[..count], StringComparison.Ordinal));
        string turn = rendered[..^opened];
        return new TextPrompt(
            turn + Profile.Open, Profile.NoThinking is { } form ? turn + form : await RenderAsync(userMessage, thinking: false, cancellationToken));
    }

    private async Task<string> RenderAsync(string userMessage, bool thinking, CancellationToken cancellationToken) => client is null
        ? Qwen3Template.Render(userMessage, thinking)
        : await LlamaCppDialect.ApplyTemplateAsync(client, userMessage, thinking, cancellationToken)
            ?? throw new EndpointException($"{client.Root} no longer renders the chat template.");
}
