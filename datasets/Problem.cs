using System.Collections.Immutable;

namespace Calibration.Datasets;

/// <summary>One item of a benchmark as it is asked and graded.</summary>
public sealed record Problem
{
    /// <summary>Task name as used on the command line and in files, such as <c>gsm8k</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The item's own id, or <c>split/row</c> counted from 0.</summary>
    public required string Id { get; init; }

    /// <summary>The complete user message: question, choices and instruction. Never stored in a run folder.</summary>
    public required string Prompt { get; init; }

    /// <summary>How the answer is read and compared.</summary>
    public required AnswerKind Kind { get; init; }

    /// <summary>The accepted answers in canonical form; usually one.</summary>
    public required ImmutableArray<string> Gold { get; init; }

    /// <summary>Letters of the choices in order, where <see cref="Kind"/> is <see cref="AnswerKind.Choice"/>; else empty.</summary>
    public ImmutableArray<string> ChoiceLetters { get; init; } = [];

    /// <summary>
    /// Texts of the choices, in the order of <see cref="ChoiceLetters"/>, where the loader knows them; else empty.
    /// They let a response that names its choice in words be read. Never stored in a run folder.
    /// </summary>
    public ImmutableArray<string> ChoiceTexts { get; init; } = [];

    /// <summary>
    /// Labels under which the choices were published, in the order of <see cref="ChoiceLetters"/>, where they are no letters (some ARC
    /// items have 1 to 4); else empty. A response may name its choice by them.
    /// </summary>
    public ImmutableArray<string> ChoiceLabels { get; init; } = [];

    /// <summary>Year of the contest, where the file tells it (AIME only); else null.</summary>
    public int? Year { get; init; }

    /// <summary>Text put after the closed thinking, at every budget alike; the model completes it.</summary>
    public required string AnswerCue { get; init; }

    /// <summary>Maximum number of tokens of the answer, the same at every budget.</summary>
    public required int AnswerTokenLimit { get; init; }
}
