using System.Globalization;
using Calibration.Calibrate;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return await CommandLine.InvokeAsync(args, Console.Out, Console.Error, CancellationToken.None);
