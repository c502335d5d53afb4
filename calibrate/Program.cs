using System.Globalization;
using Calibration.Calibrate;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var interruption = new Interruption(Console.Error);
return await CommandLine.InvokeAsync(args, Console.Out, Console.Error, TimeProvider.System, interruption.Token);
