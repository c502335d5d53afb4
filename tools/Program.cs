using Calibration.Tools;

// Writes the sample problems: dotnet run --project tools -- datasets/samples
if (args is not [string folder])
{
    await Console.Error.WriteLineAsync("Name the folder of the samples: dotnet run --project tools -- datasets/samples");
    return 2;
}

foreach ((string path, byte[] content) in SampleFiles.Generate())
{
    string file = Path.Combine(folder, path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    await File.WriteAllBytesAsync(file, content);
}

return 0;
