namespace Calibration.Results.Json;

/// <summary>The name of a column or of a value in the files of earlier schemas, by which it is still read.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class FormerNameAttribute(string name) : Attribute
{
    internal string Name { get; } = name;
}
