using Xunit;

[assembly: CaptureConsole]
