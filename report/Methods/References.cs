using Calibration.Results;

namespace Calibration.Report.Methods;

/// <summary>The references of the methods paragraph, as BibTeX.</summary>
public static class References
{
    internal const string Open = "⟦";
    internal const string Close = "⟧";
    internal const string PaperKey = "ozbas2026queueing";
    internal const string ToolKey = "calibration";
    internal const string ForcingKey = "muennighoff2025s1";
    internal const string ModelKey = "model";
    internal const string ServerKey = "server";

    /// <summary>references.bib: the paper, this tool, the model, the server, budget forcing, and the datasets.</summary>
    /// <param name="manifest">The run.</param>
    /// <param name="server">Fields of the server's entry, such as <c>title = {…}</c>; empty for the simulated endpoint.</param>
    /// <param name="datasets">Fields of each task's entry, by the task's name in files; else its name is the title.</param>
    public static string Bib(RunManifest manifest, string server, IReadOnlyDictionary<string, string> datasets)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(datasets);
        string version = $"note = {{Version {Tables.TexText.Escaped(manifest.Tool.Version)}}}";
        return string.Join(
            '\n',
            [
                Entry(PaperKey, "author = {Ozbas, Emre and Bastopcu, Melih},\n  title = {Queueing-Aware Optimization of Reasoning Tokens "
                    + "for Accuracy--Latency Trade-offs in {LLM} Servers},\n  year = {2026},\n  note = {arXiv:2601.10274}"),
                Entry(ToolKey, "author = {{The Calibration contributors}},\n  title = {Calibration: Measurement and Calibration of "
                    + $"Reasoning-Token Budgets}},\n  year = {{2026}},\n  {version}"),
                Entry(ModelKey, $"title = {{{{{Tables.TexText.Escaped(manifest.ShownModel)}}}}},\n  note = {{Language model, name on "
                    + $"the server: {Tables.TexText.Escaped(ModelNames.Shown(manifest.Endpoint.Model))}}}"),
                Entry(ServerKey, server.Length > 0
                    ? server
                    : $"title = {{Simulated endpoint of Calibration}},\n  {version}"),
                Entry(ForcingKey, "author = {Muennighoff, Niklas and Yang, Zitong and Shi, Weijia and Li, Xiang Lisa and Fei-Fei, Li and "
                    + "Hajishirzi, Hannaneh and Zettlemoyer, Luke and Liang, Percy and Cand{\\`e}s, Emmanuel and Hashimoto, Tatsunori},\n  "
                    + "title = {s1: Simple Test-Time Scaling},\n  year = {2025},\n  note = {arXiv:2501.19393}"),
                .. manifest.Tasks.Select(task => Entry(
                    KeyOf(task.Task), datasets.GetValueOrDefault(task.Task, $"title = {{{Tables.TexText.Escaped(task.DisplayName)}}}"))),
            ]);
    }

    /// <summary>A task's key: its name with letters and digits alone.</summary>
    internal static string KeyOf(string task) => "task-" + string.Concat(task.Where(char.IsAsciiLetterOrDigit));

    private static string Entry(string key, string fields) => $"@misc{{{key},\n  {fields}\n}}\n";
}
