using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Shapes;

/// <summary>A table's best Hill curve, and the solver that found it with the table loaded.</summary>
internal readonly record struct FittedHill(AccuracyTable Table, HillSolver Solver, HillPoint Point);
