using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Calibration.Calibrate.Settings;

/// <summary>
/// Reads every number on the command line in one way, whichever verb it belongs to: digits with a decimal point. The parser's own
/// reading takes a comma as a thousands separator, so that <c>0,6</c> would be 6.
/// </summary>
internal static class NumericOptions
{
    private const NumberStyles RealStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Gives every numeric option of a command and of the commands below it this reading.</summary>
    internal static void ReadStrictly(Command command)
    {
        foreach (Option option in command.Options)
            ReadStrictly(option);
        foreach (Command below in command.Subcommands)
            ReadStrictly(below);
    }

    private static void ReadStrictly(Option option)
    {
        switch (option)
        {
            case Option<int> whole:
                whole.CustomParser = given => Whole(option.Name, given);
                break;
            case Option<int?> whole:
                whole.CustomParser = given => Whole(option.Name, given);
                break;
            case Option<double> real:
                real.CustomParser = given => Real(option.Name, given);
                break;
            case Option<double?> real:
                real.CustomParser = given => Real(option.Name, given);
                break;
        }
    }

    private static int Whole(string name, ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
            return value;
        bool isTooLarge = text.TrimStart('-', '+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
        string limit = isTooLarge ? $" of at most {int.MaxValue}" : "";
        given.AddError($"{name} is \"{text}\": give a whole number{limit}, without a comma or a point.");
        return 0;
    }

    private static double Real(string name, ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        if (double.TryParse(text, RealStyle, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
            return value;
        string remedy = text.Contains(',', StringComparison.Ordinal)
            ? "write the decimal point as a point, not as a comma, such as 0.6"
            : "give a number, such as 0.6";
        given.AddError($"{name} is \"{text}\": {remedy}.");
        return 0;
    }
}
