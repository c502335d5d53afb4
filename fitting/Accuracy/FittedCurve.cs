using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Accuracy;

/// <summary>A table's optimum, and the solver that found it with the table loaded.</summary>
internal readonly record struct FittedCurve(AccuracyTable Table, CurveSolver Solver, CurvePoint Point);
