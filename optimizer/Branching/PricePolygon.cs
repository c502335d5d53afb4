namespace Calibration.Optimizer.Branching;

/// <summary>
/// The part of the plane of prices in which a convex function can still have its minimum. A subgradient at a point cuts the polygon through
/// that point; its centroid is the next point to try, which halves the area or nearly so.
/// </summary>
internal sealed class PricePolygon
{
    private List<(double X, double Y)> _corners;

    internal PricePolygon((double X, double Y) low, (double X, double Y) high) => _corners = [low, (high.X, low.Y), high, (low.X, high.Y)];

    internal bool IsEmpty => _corners.Count < 3;

    internal (double X, double Y) Centroid
    {
        get
        {
            double area = 0, x = 0, y = 0;
            (double originX, double originY) = _corners[0];
            for (int i = 1; i + 1 < _corners.Count; i++)
            {
                (double ax, double ay) = (_corners[i].X - originX, _corners[i].Y - originY);
                (double bx, double by) = (_corners[i + 1].X - originX, _corners[i + 1].Y - originY);
                double twice = (ax * by) - (ay * bx);
                area += twice;
                x += twice * (ax + bx) / 3;
                y += twice * (ay + by) / 3;
            }

            return area > 0 ? (originX + (x / area), originY + (y / area)) : (originX, originY);
        }
    }

    /// <summary>Keeps the side of a line through a point to which a subgradient does not point.</summary>
    internal void Cut((double X, double Y) point, double gradientX, double gradientY)
    {
        var kept = new List<(double X, double Y)>(_corners.Count + 1);
        for (int i = 0; i < _corners.Count; i++)
        {
            (double X, double Y) a = _corners[i], b = _corners[(i + 1) % _corners.Count];
            double sideA = (gradientX * (a.X - point.X)) + (gradientY * (a.Y - point.Y));
            double sideB = (gradientX * (b.X - point.X)) + (gradientY * (b.Y - point.Y));
            if (sideA <= 0)
                kept.Add(a);
            if ((sideA < 0 && sideB > 0) || (sideA > 0 && sideB < 0))
            {
                double share = sideA / (sideA - sideB);
                kept.Add((a.X + (share * (b.X - a.X)), a.Y + (share * (b.Y - a.Y))));
            }
        }

        _corners = kept;
    }
}
