using System.CommandLine;
using System.CommandLine.Parsing;

namespace Calibration.Calibrate.Settings;

/// <summary>What is said of words on the command line that no verb and no option takes.</summary>
internal static class UnknownWords
{
    /// <summary>Options whose value is one list, separated by commas.</summary>
    private static readonly string[] Lists = ["--datasets", "--budgets", "--add-budgets", "--mix"];

    /// <summary>The complaint about a verb that does not exist, also where its help is asked for; null where every verb does.</summary>
    internal static string? AboutVerb(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command.Subcommands.Count == 0 || parsed.UnmatchedTokens.Count == 0)
            return null;
        int first = parsed.Tokens.Count(token => token.Type == TokenType.Command);
        string word = parsed.UnmatchedTokens[0];
        if (word.StartsWith('-') || parsed.Tokens.Count <= first || parsed.Tokens[first].Value != word)
            return null;
        string[] verbs = [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];
        return $"There is no verb {NameOf(command)}{word}{Nearest.Question(word, verbs)} The verbs are {string.Join(", ", verbs)}.";
    }

    /// <summary>Every fault of a command line that could not be read, with what may have been meant.</summary>
    internal static string About(ParseResult parsed)
    {
        List<string> complaints = [];
        for (int i = 0; i < parsed.Tokens.Count; i++)
        {
            if (!parsed.UnmatchedTokens.Contains(parsed.Tokens[i].Value))
                continue;
            if (parsed.Tokens[i].Value.StartsWith('-'))
            {
                complaints.Add(AboutOption(parsed, parsed.Tokens[i].Value));

                // What follows an unknown option is its value and may be a secret: it is not repeated.
                while (IsValue(parsed, i + 1))
                    i++;
            }
            else
            {
                complaints.Add(AboutValue(parsed, ref i));
            }
        }

        // The parser's own sentences about the same words say less, and repeat what may be a secret.
        IEnumerable<string> others = parsed.Errors.Select(fault => fault.Message)
            .Where(message => !parsed.UnmatchedTokens.Any(word => message.Contains($"'{word}'", StringComparison.Ordinal)));
        if (Missing(parsed) is { } missing)
            others = [.. others.Where(message => !missing.IsSaidBy(message)), missing.Text];
        return $"{string.Join(' ', complaints.Concat(others).Distinct())} See calibrate {NameOf(parsed.CommandResult.Command)}--help.";
    }

    /// <summary>A verb or an argument that was not given, in place of the parser's sentence; null where none is missing.</summary>
    private static (string Text, Predicate<string> IsSaidBy)? Missing(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string name = $"calibrate {NameOf(command)}".TrimEnd();
        if (command is { Action: null, Subcommands.Count: > 0 } && parsed.UnmatchedTokens.Count == 0)
            return ($"{name} needs a verb: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}.", _ => true);
        Argument? lacking = command.Arguments.FirstOrDefault(
            argument => (parsed.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues);
        if (lacking is null)
            return null;
        string least = lacking.Arity.MinimumNumberOfValues > 1 ? $", at least {lacking.Arity.MinimumNumberOfValues}" : "";
        return (
            $"{name} needs <{lacking.Name}>{least}: {lacking.Description}",
            message => message.Contains($"'{lacking.Name}'", StringComparison.Ordinal));
    }

    private static string AboutOption(ParseResult parsed, string text)
    {
        Command command = parsed.CommandResult.Command;
        string word = text.Split('=', 2)[0];
        string[] options = [.. command.Options.Where(option => !option.Hidden).Select(option => option.Name)];
        string[] elsewhere =
        [
            .. from verb in parsed.RootCommandResult.Command.Subcommands
               where verb.Options.Any(option => option.Name == word)
               select verb.Name,
        ];
        return elsewhere.Length > 0 && Nearest.Of(word, options).Length == 0
            ? $"{word} is no option of {$"calibrate {NameOf(command)}".TrimEnd()}, but of {string.Join(", ", elsewhere)}."
            : $"There is no option {word}{Nearest.Question(word, options)}";
    }

    /// <summary>A value where none is expected: most often the rest of a list that was given with spaces.</summary>
    private static string AboutValue(ParseResult parsed, ref int i)
    {
        int start = i;
        while (IsValue(parsed, i + 1))
            i++;
        if (start >= 2 && Lists.Contains(parsed.Tokens[start - 2].Value))
        {
            string list = string.Join(',', parsed.Tokens.Skip(start - 1).Take(i - start + 2).Select(token => token.Value.Trim(',')));
            return $"{parsed.Tokens[start - 2].Value} takes one list: separate with commas, as in {parsed.Tokens[start - 2].Value} {list}.";
        }

        Command command = parsed.CommandResult.Command;
        string takes = $"calibrate {NameOf(command)}takes no{(command.Arguments.Count > 0 ? " further" : "")} argument";
        return $"\"{parsed.Tokens[start].Value}\" is not expected: no option comes before it, and {takes}.";
    }

    /// <summary>Whether an unmatched word that is no option stands at a place.</summary>
    private static bool IsValue(ParseResult parsed, int place) =>
        place < parsed.Tokens.Count && parsed.Tokens[place].Value is var word && !word.StartsWith('-')
            && parsed.UnmatchedTokens.Contains(word);

    /// <summary>A verb's full name with a space after it; empty for the bare command.</summary>
    private static string NameOf(Command command) =>
        command is RootCommand ? "" : $"{string.Concat(command.Parents.OfType<Command>().Select(NameOf))}{command.Name} ";
}

/// <summary>The known words closest to one that was mistyped.</summary>
internal static class Nearest
{
    /// <summary>The end of a sentence: the words that may have been meant, as a question, or only the full stop.</summary>
    internal static string Question(string word, IReadOnlyCollection<string> known) =>
        Of(word, known) is { Length: > 0 } close ? $": did you mean {string.Join(" or ", close)}?" : ".";

    /// <summary>Words that begin like it, else those that are the fewest changed letters apart, at most a third of its length.</summary>
    internal static string[] Of(string word, IReadOnlyCollection<string> known)
    {
        string[] longer =
            [.. known.Where(candidate => word.Length > 3 && candidate.StartsWith(word, StringComparison.Ordinal)).Order(
                StringComparer.Ordinal)];
        if (longer.Length is > 0 and <= 3)
            return longer;
        (string Word, int Distance)[] close = [.. known.Select(candidate => (candidate, Distance(word, candidate)))];
        int least = close.Select(pair => pair.Distance).DefaultIfEmpty(int.MaxValue).Min();
        return least <= Math.Max(1, word.TrimStart('-').Length / 3)
            ? [.. close.Where(pair => pair.Distance == least).Select(pair => pair.Word)]
            : [];
    }

    /// <summary>Letters inserted, deleted, changed, or swapped with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
