namespace Calibration.Datasets;

/// <summary>What opens and closes a model's thinking in a response's text, such as <c>&lt;think&gt;</c> and
/// <c>&lt;/think&gt;</c>.</summary>
/// <param name="Open">Text that opens thinking; not empty.</param>
/// <param name="Close">Text that closes it; not empty.</param>
public sealed record ThinkingDelimiters(string Open, string Close);
