using System.Collections.Immutable;
using Parquet;
using Parquet.Schema;

namespace Calibration.Results.Parquet;

internal static class ParquetColumns
{
    internal static ParquetColumn<TRow> Text<TRow>(string name, Func<TRow, string> get) => new TextColumn<TRow>(name, get);

    internal static ParquetColumn<TRow> Enum<TRow, T>(string name, Func<TRow, T> get)
        where T : struct, Enum => new TextColumn<TRow>(name, row => EnumNames<T>.Of(get(row)));

    internal static ParquetColumn<TRow> Value<TRow, T>(string name, Func<TRow, T> get)
        where T : struct => new ValueColumn<TRow, T>(name, get);

    internal static ParquetColumn<TRow> Optional<TRow, T>(string name, Func<TRow, T?> get)
        where T : struct => new OptionalColumn<TRow, T>(name, get);

    internal static ParquetColumn<TRow> List<TRow>(string name, Func<TRow, ImmutableArray<int>> get) => new ListColumn<TRow>(name, get);

    private sealed class TextColumn<TRow>(string name, Func<TRow, string> get) : ParquetColumn<TRow>(name, () => new DataField<string>(name, nullable: false))
    {
        internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
            group.WriteAsync(leaf, rows.Select(get).ToArray());

        internal override async Task<Array> ReadAsync(ParquetRowGroupReader group, DataField leaf)
        {
            var values = new string[group.RowCount];
            await group.ReadAsync(leaf, values);
            return values;
        }
    }

    private sealed class ValueColumn<TRow, T>(string name, Func<TRow, T> get) : ParquetColumn<TRow>(name, () => new DataField<T>(name))
        where T : struct
    {
        internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
            group.WriteAsync<T>(leaf, rows.Select(get).ToArray());

        internal override async Task<Array> ReadAsync(ParquetRowGroupReader group, DataField leaf)
        {
            var values = new T[group.RowCount];
            await group.ReadAsync<T>(leaf, values);
            return values;
        }
    }

    private sealed class OptionalColumn<TRow, T>(string name, Func<TRow, T?> get) : ParquetColumn<TRow>(name, () => new DataField<T?>(name))
        where T : struct
    {
        internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows) =>
            group.WriteAsync<T>(leaf, (ReadOnlyMemory<T?>)rows.Select(get).ToArray());

        internal override async Task<Array> ReadAsync(ParquetRowGroupReader group, DataField leaf)
        {
            var values = new T?[group.RowCount];
            await group.ReadAsync<T>(leaf, (Memory<T?>)values);
            return values;
        }
    }

    /// <summary>A list of integers a row; repetition level 0 starts a row's list, 1 continues it.</summary>
    private sealed class ListColumn<TRow>(string name, Func<TRow, ImmutableArray<int>> get)
        : ParquetColumn<TRow>(name, () => new ListField(name, new DataField<int>("element")))
    {
        internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows)
        {
            var values = new List<int>();
            var definitions = new List<int>();
            var repetitions = new List<int>();
            foreach (TRow row in rows)
            {
                ImmutableArray<int> list = get(row);
                for (int i = 0; i < list.Length; i++)
                {
                    values.Add(list[i]);
                    definitions.Add(leaf.MaxDefinitionLevel);
                    repetitions.Add(i == 0 ? 0 : 1);
                }

                if (list.IsEmpty)
                {
                    definitions.Add(leaf.MaxDefinitionLevel - 1);
                    repetitions.Add(0);
                }
            }

            return group.WriteAllPartsAsync<int>(leaf, values.ToArray(), definitions.ToArray(), repetitions.ToArray(), CancellationToken.None);
        }

        internal override async Task<Array> ReadAsync(ParquetRowGroupReader group, DataField leaf)
        {
            int count = checked((int)(group.GetMetadata(leaf)?.MetaData?.NumValues ?? 0));
            var values = new int[count];
            var definitions = new int[count];
            var repetitions = new int[count];
            await group.ReadRawAsync<int>(leaf, values, definitions, repetitions, CancellationToken.None);
            var lists = new List<ImmutableArray<int>>();
            ImmutableArray<int>.Builder? current = null;
            int next = 0;
            for (int i = 0; i < repetitions.Length; i++)
            {
                if (repetitions[i] == 0)
                {
                    if (current is not null)
                        lists.Add(current.ToImmutable());
                    current = ImmutableArray.CreateBuilder<int>();
                }

                if (definitions[i] == leaf.MaxDefinitionLevel)
                    current!.Add(values[next++]);
            }

            if (current is not null)
                lists.Add(current.ToImmutable());
            return lists.ToArray();
        }
    }
}
