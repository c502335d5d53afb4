using System.Text.Json;

namespace Calibration.Tests.Harness;

/// <summary>A task file of a test's own, in a folder that is deleted with it.</summary>
internal sealed class OwnTask : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calibration-").FullName;

    internal OwnTask(params string[] prompts) => File.WriteAllLines(
        Path, prompts.Select((prompt, i) => JsonSerializer.Serialize(new { id = $"p{i}", prompt, gold = "9", kind = "number" })));

    /// <summary>English, Chinese and emoji.</summary>
    internal static string[] Scripts { get; } =
    [
        "Start at 4. A: add 3. B: multiply by 7. What is the last digit?\n\nPlease reason step by step, and put your final answer within "
            + "\\boxed{}.",
        "从 4 开始。A：加 3。B：乘以 7。最后一位数字是多少？\n\n请逐步推理，并把最终答案放在 \\boxed{} 中。",
        "Start at 4 🙂. A: add 3 ➕. B: multiply by 7 ✖️👨‍👩‍👧‍👦. What is the last digit 🤔?",
    ];

    internal string Path => System.IO.Path.Combine(_folder, "own.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
