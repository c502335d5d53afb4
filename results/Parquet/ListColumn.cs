using System.Collections.Immutable;
using System.Reflection;
using Parquet;
using Parquet.Schema;

namespace Calibration.Results.Parquet;

/// <summary>A list of integers per row; repetition level 0 starts a row's list, 1 continues it.</summary>
internal sealed class ListColumn<TRow>(PropertyInfo property) : ParquetColumn<TRow>(property)
{
    private readonly Accessor<TRow, ImmutableArray<int>> _list = new(property);

    internal override Field NewField() => new ListField(Name, new DataField<int>("element"));

    internal override Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows)
    {
        var values = new List<int>();
        var definitions = new List<int>();
        var repetitions = new List<int>();
        foreach (ImmutableArray<int> list in rows.Select(_list.Get))
        {
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

        return group.WriteAllPartsAsync<int>(
            leaf, values.ToArray(), definitions.ToArray(), repetitions.ToArray(), CancellationToken.None);
    }

    internal override async Task<Action<TRow, int>> ReadAsync(ParquetRowGroupReader group, DataField leaf)
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
        return (row, i) => _list.Set(row, lists[i]);
    }
}
