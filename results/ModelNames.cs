namespace Calibration.Results;

/// <summary>How a model's name on its server is shown.</summary>
public static class ModelNames
{
    /// <summary>
    /// The last part of a name that is a path on the server (<c>/srv/models/x.gguf</c>, <c>C:\models\x</c>); any other name, such as
    /// <c>Qwen/Qwen3-8B</c>, unchanged.
    /// </summary>
    public static string Shown(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        string[] parts = model.Split('/', '\\');
        return IsPath(model, parts) && parts.LastOrDefault(part => part is not ("" or "." or "..")) is { } last ? last : model;
    }

    /// <summary>A hub's name has at most one slash, between owner and model, and neither begins with a sign.</summary>
    private static bool IsPath(string model, string[] parts) =>
        parts.Length > 2 || model.Contains('\\', StringComparison.Ordinal) || model is ['/' or '.' or '~', ..] || model is [_, ':', ..]
        || (parts.Length > 1 && model.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase));
}
