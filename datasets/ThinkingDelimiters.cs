namespace Calibration.Datasets;

/// <summary>What starts and ends a model's thinking in a response's text, such as <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>.</summary>
/// <param name="Open">Text that opens thinking; not empty.</param>
/// <param name="Close">Text that ends it; not empty.</param>
public sealed record ThinkingDelimiters(string Open, string Close);
