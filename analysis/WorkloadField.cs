using System.Collections.Immutable;
using System.Text.Json;

namespace Calibration.Analysis;

/// <summary>A workload file that cannot be read; the message names file, task and field.</summary>
public sealed class WorkloadFormatException(string message) : Exception(message);

/// <summary>One object of a workload file, which knows where it stands: its faults name file, task and field in one sentence.</summary>
internal sealed class WorkloadField
{
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly string _owner;

    internal WorkloadField(JsonElement element, string file, string owner)
    {
        (_element, _file, _owner) = (element, file, owner);
        if (element.ValueKind != JsonValueKind.Object)
            throw new WorkloadFormatException($"{file}: {owner} is not a JSON object.");
    }

    internal WorkloadField Within(JsonElement element, string owner) => new(element, _file, owner);

    internal WorkloadField Named(string owner) => new(_element, _file, owner);

    internal WorkloadFormatException Fault(string field, string what) => new($"{_file}: the field {field} of {_owner} {what}.");

    internal bool Has(string field) => _element.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    internal WorkloadField? Object(string field) => Has(field) ? new(_element.GetProperty(field), _file, $"{_owner}'s {field}") : null;

    internal WorkloadField Required(string field) => Object(field) ?? throw Missing(field);

    internal string Text(string field) =>
        Element(field) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text
            ? text
            : throw Fault(field, "is not a text");

    internal double Number(string field, double low, double high)
    {
        double value = NumberOf(Element(field), field);
        return value >= low && value <= high
            ? value
            : throw Fault(field, FormattableString.Invariant($"is {value}: it must be from {low} to {high}"));
    }

    /// <summary>A number from 0 on; 0 where it is absent.</summary>
    internal double Optional(string field, double high) => Has(field) ? Number(field, 0, high) : 0;

    internal JsonElement.ArrayEnumerator Items(string field) =>
        Element(field) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : throw Fault(field, "is not a list");

    internal ImmutableArray<double> Numbers(string field, double low)
    {
        ImmutableArray<double> values = [.. Items(field).Select(value => NumberOf(value, field))];
        if (values.IsEmpty)
            throw Fault(field, "is an empty list");
        return values.All(value => value >= low)
            ? values
            : throw Fault(field, FormattableString.Invariant($"has the number {values.Min()}: it must be at least {low}"));
    }

    /// <summary>Rows of numbers that begin with a budget, 0 or more; the budgets ascend.</summary>
    internal ImmutableArray<double[]> Rows(string field, int width)
    {
        ImmutableArray<double[]> rows =
            [.. Items(field).Select(row =>
                row.ValueKind == JsonValueKind.Array ? row.EnumerateArray().Select(value => NumberOf(value, field)).ToArray() : [])];
        if (rows.IsEmpty || rows.Any(row => row.Length != width))
            throw Fault(field, $"must be a list of rows of {width} numbers");
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i][0] < (i == 0 ? 0 : Math.BitIncrement(rows[i - 1][0])))
                throw Fault(
                    field, FormattableString.Invariant($"has the budget {rows[i][0]} out of order: budgets are 0 or more and ascend"));
        }

        return rows;
    }

    private JsonElement Element(string field) => Has(field) ? _element.GetProperty(field) : throw Missing(field);

    private WorkloadFormatException Missing(string field) => Fault(field, "is missing");

    private double NumberOf(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Fault(field, "has a value that is not a number");
}
