using System.Globalization;
using Calibration.Calibrate;
using Calibration.Calibrate.Display;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
await using var error = new StandardError(Console.Error);
using var interruption = new Interruption(error);
return await CommandLine.InvokeAsync(args, Console.Out, error, TimeProvider.System, interruption.Token);
