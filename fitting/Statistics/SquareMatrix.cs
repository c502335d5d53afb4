namespace Calibration.Fitting.Statistics;

/// <summary>A square matrix of doubles, all 0 at first.</summary>
internal readonly struct SquareMatrix(int order)
{
    private readonly double[] _cells = new double[order * order];

    /// <summary>Number of rows and of columns; 0 for no matrix.</summary>
    public int Order { get; } = order;

    /// <summary>The element in row <paramref name="i"/> and column <paramref name="j"/>.</summary>
    public ref double this[int i, int j] => ref _cells[(i * Order) + j];

    /// <summary>Row <paramref name="i"/>.</summary>
    public Span<double> Row(int i) => _cells.AsSpan(i * Order, Order);

    /// <summary>The same elements in cells of their own.</summary>
    public SquareMatrix Copy()
    {
        var copy = new SquareMatrix(Order);
        _cells.CopyTo(copy._cells.AsSpan());
        return copy;
    }
}
