using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>A message in the model's chat template, as text.</summary>
/// <param name="Thinking">Prompt up to where thinking begins.</param>
/// <param name="NoThinking">Prompt in the model's no-thinking form, up to where the answer begins.</param>
internal sealed record TextPrompt(string Thinking, string NoThinking);

/// <summary>
/// Renders chat templates in text mode: by the server where it has a route that gives the text, and otherwise Qwen3's template here, for
/// which <see cref="Profile"/> then has a name of its own.
/// </summary>
internal sealed class TextTemplate
{
    private readonly TextCompletions? _server;

    private TextTemplate(TextCompletions? server, ModelProfile profile) => (this._server, Profile) = (server, profile);

    internal ModelProfile Profile { get; }

    /// <exception cref="EndpointException">A profile is wanted that has no template.</exception>
    internal static async Task<TextTemplate> DetectAsync(TextCompletions server, ModelProfile? wanted, CancellationToken cancellationToken)
    {
        ModelProfile qwen3 = ModelProfile.Qwen3;
        if (await server.RenderChatAsync("Hi", thinking: true, cancellationToken) is not { } thinking)
        {
            return wanted is null || wanted == qwen3
                ? new TextTemplate(null, qwen3 with { Name = "qwen3-rendered-here" })
                : throw new EndpointException(
                    $"{server.Facts.Url} renders no chat template as text, and only Qwen3's can be rendered here: omit {{Profile}}.");
        }

        if (wanted is not null)
            return new TextTemplate(server, wanted);
        string noThinking = await server.RenderChatAsync("Hi", thinking: false, cancellationToken) ?? "";
        return new TextTemplate(server, Closes(noThinking) > Closes(thinking) ? qwen3 : ModelProfile.DeepSeekR1);

        int Closes(string text) => text.Split(qwen3.CloseToken).Length - 1;
    }

    internal async Task<TextPrompt> RenderAsync(string userMessage, CancellationToken cancellationToken)
    {
        string rendered = await RenderAsync(userMessage, thinking: true, cancellationToken);

        // Newer templates open the thinking themselves, with or without its newline.
        int opened = Enumerable.Range(0, Profile.Open.Length + 1).Last(count =>
            rendered.EndsWith(Profile.Open[..count], StringComparison.Ordinal));
        string turn = rendered[..^opened];
        return new TextPrompt(
            turn + Profile.Open, Profile.NoThinking is { } form
                ? turn + form
                : await RenderAsync(userMessage, thinking: false, cancellationToken));
    }

    private async Task<string> RenderAsync(string userMessage, bool thinking, CancellationToken cancellationToken) => _server is null
        ? ChatPrompt.RenderQwen3(userMessage, thinking)
        : await _server.RenderChatAsync(userMessage, thinking, cancellationToken)
            ?? throw new EndpointException($"{_server.Facts.Url} no longer renders the chat template.");
}
