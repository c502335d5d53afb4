using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Calibration.Results.Json;
using Parquet;
using Parquet.Schema;

namespace Calibration.Results.Parquet;

/// <summary>One property of a row as a column: how it is written, and how it is read back. Its name is that in JSON.</summary>
internal abstract class ParquetColumn<TRow>(PropertyInfo property)
{
    internal string Name { get; } = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    /// <summary>The column's name in earlier schemas; null where it always had this one.</summary>
    internal string? FormerName { get; } = property.GetCustomAttribute<FormerNameAttribute>()?.Name;

    /// <summary>A field of its own for each schema: a schema writes levels into its fields, and two may be made at once.</summary>
    internal abstract Field NewField();

    internal abstract Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows);

    /// <summary>Reads the column, and gives a function that writes its value into the row of that index.</summary>
    internal abstract Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf);

    /// <summary>A column for every property of the row that is stored, in the order of their declaration.</summary>
    internal static ImmutableArray<ParquetColumn<TRow>> All() =>
    [
        .. from property in typeof(TRow).GetProperties()
           where property is { CanRead: true, CanWrite: true } && property.GetCustomAttribute<JsonIgnoreAttribute>() is null
           select Of(property),
    ];

    private static ParquetColumn<TRow> Of(PropertyInfo property)
    {
        Type type = property.PropertyType;
        if (type == typeof(string))
            return new TextColumn<TRow>(property);
        if (type == typeof(ImmutableArray<int>))
            return new ListColumn<TRow>(property);
        Type open = type.IsEnum
            ? typeof(EnumColumn<,>)
            : Nullable.GetUnderlyingType(type) is null ? typeof(ValueColumn<,>) : typeof(OptionalColumn<,>);
        Type value = Nullable.GetUnderlyingType(type) ?? type;
        return (ParquetColumn<TRow>)Activator.CreateInstance(open.MakeGenericType(typeof(TRow), value), property)!;
    }
}

/// <summary>A property's accessors, compiled once.</summary>
internal sealed class Accessor<TRow, T>(PropertyInfo property)
{
    internal Func<TRow, T> Get { get; } = property.GetMethod!.CreateDelegate<Func<TRow, T>>();

    internal Action<TRow, T> Set { get; } = property.SetMethod!.CreateDelegate<Action<TRow, T>>();
}

internal sealed class TextColumn<TRow>(PropertyInfo property) : ParquetColumn<TRow>(property)
{
    private readonly Accessor<TRow, string> _text = new(property);
    private readonly bool _isShared = property.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType == typeof(InternedTextConverter);

    internal override Field NewField() => new DataField<string>(Name, nullable: false);

    internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
        group.WriteAsync(leaf, rows.Select(_text.Get).ToArray());

    internal override async Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf)
    {
        var values = new string[group.RowCount];
        await group.ReadAsync(leaf, values);
        return (row, i) => _text.Set(row, _isShared ? string.Intern(values[i]) : values[i]);
    }
}

internal sealed class EnumColumn<TRow, T>(PropertyInfo property) : ParquetColumn<TRow>(property)
    where T : struct, Enum
{
    private readonly Accessor<TRow, T> _member = new(property);

    internal override Field NewField() => new DataField<string>(Name, nullable: false);

    internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
        group.WriteAsync(leaf, rows.Select(row => EnumNames<T>.Of(_member.Get(row))).ToArray());

    internal override async Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf)
    {
        var values = new string[group.RowCount];
        await group.ReadAsync(leaf, values);
        return (row, i) => _member.Set(row, EnumNames<T>.Parse(values[i]));
    }
}

internal sealed class ValueColumn<TRow, T>(PropertyInfo property) : ParquetColumn<TRow>(property)
    where T : struct
{
    private readonly Accessor<TRow, T> _value = new(property);

    internal override Field NewField() => new DataField<T>(Name);

    internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
        group.WriteAsync<T>(leaf, rows.Select(_value.Get).ToArray());

    internal override async Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf)
    {
        var values = new T[group.RowCount];
        await group.ReadAsync<T>(leaf, values);
        return (row, i) => _value.Set(row, values[i]);
    }
}

internal sealed class OptionalColumn<TRow, T>(PropertyInfo property) : ParquetColumn<TRow>(property)
    where T : struct
{
    private readonly Accessor<TRow, T?> _value = new(property);

    internal override Field NewField() => new DataField<T?>(Name);

    internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
        group.WriteAsync<T>(leaf, (ReadOnlyMemory<T?>)rows.Select(_value.Get).ToArray());

    internal override async Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf)
    {
        var values = new T?[group.RowCount];
        await group.ReadAsync<T>(leaf, (Memory<T?>)values);
        return (row, i) => _value.Set(row, values[i]);
    }
}
