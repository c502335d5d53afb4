namespace Calibration.Datasets;

/// <summary>What an answer is, and so how it is read from a response and compared with the gold answer.</summary>
public enum AnswerKind
{
    /// <summary>A number, compared as a decimal.</summary>
    Number,

    /// <summary>One of the problem's own lettered choices.</summary>
    Choice,

    /// <summary>One of two words, compared without case: yes/no, true/false, valid/invalid.</summary>
    Boolean,

    /// <summary>A Python literal, compared by Python's equality.</summary>
    Literal,

    /// <summary>A list of words in order.</summary>
    Words,

    /// <summary>A sequence of brackets, compared without blanks.</summary>
    Brackets,
}
