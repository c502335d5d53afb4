using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Tables from elsewhere: complaints name the line of the file, and nothing ambiguous is taken silently.</summary>
public sealed class CsvFileTests : IDisposable
{
    private const string Trials = "task,problem,run,budget_tokens,correct\n";

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("\n\ntask,budget_tokens,n,correct\n\n\nt,0,5,6\n", "line 6: correct")]
    [InlineData("# counted by hand\ntask,budget_tokens,n,correct\nt,0,5,5\n# again\nt,8,5,6\n", "line 5: correct")]
    [InlineData("task,budget_tokens,n,correct\n\"t\nwith\nlines\",0,5,5\nt,0,5,6\n", "line 5: correct")]
    [InlineData("task,budget_tokens,n,correct\n\n\nt,0,5\n", "line 4 has 3 fields")]
    [InlineData("task,budget_tokens,n,correct\n\n\nt,0,5,\"3\"x\n", "line 4")]
    [InlineData("task,budget_tokens,n,correct\r\n\r\nt,0,5,6\r\n", "line 3: correct")]
    [InlineData("task,budget_tokens,n,correct,n\nt,0,5,3,4\n", "two columns named \"n\"")]
    [InlineData("task, budget_tokens, n, correct, budget_tokens\nt,0,5,3,4\n", "two columns named \"budget_tokens\"")]
    [InlineData(Trials + "t,p,0,8,1\n# the same again\nt,p,0,8,0\n", "line 4 repeats line 2: both have task t, problem p, run 0, "
        + "budget_tokens 8")]
    [InlineData(Trials + "t,p,0,8,1\nt,p,0,8,1\n", "line 3 repeats line 2")]
    public async Task Fit_MalformedTable_NamesTheLineOfTheFile(string content, string expected)
    {
        CommandRun run = await CommandRun.OfAsync("fit", "--accuracy", Write("points.csv", content));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Fit_SpacesAndComments_AreTheSameTable()
    {
        string rows = string.Join('\n', new[] { 0, 64, 256, 1024 }.Select(budget => $"t,{budget},500,{200 + (budget / 8)}"));
        CommandRun plain = await CommandRun.OfAsync("fit", "--accuracy", Write("plain.csv", $"task,budget_tokens,n,correct\n{rows}\n"));
        CommandRun spaced = await CommandRun.OfAsync(
            "fit",
            "--accuracy",
            Write("spaced.csv", $"# a comment\ntask , budget_tokens, n,\tcorrect\n\n"
            + $"{rows.Replace(",", " , ", StringComparison.Ordinal)}\n"));
        Assert.True(spaced.ExitCode == 0, spaced.Error);
        Assert.Equal(plain.Output, spaced.Output);
    }

    [Theory]
    [InlineData("b", "x,0.5,1e300,0.2,0.1,0.01,0.2")]
    [InlineData("sigma_s", "x,0.5,0.01,0.2,0.1,0.01,1e160")]
    [InlineData("sigma_s", "x,0.5,0.01,0.2,0.1,0.01,\"0,2\"")]
    [InlineData("t0_s", "x,0.5,0.01,0.2,1e200,0.01,0.2")]
    [InlineData("c_s_per_token", "x,0.5,0.01,0.2,0.1,1e-300,0.2")]
    public async Task Allocate_NumberBeyondReason_IsOneSentence(string column, string row)
    {
        string file = Write("w.csv", $"task,A,b,D,t0_s,c_s_per_token,sigma_s\n{row}\n");
        foreach (string[] arguments in (string[][])[["allocate"], ["allocate", "--json"], ["simulate", "--budgets", "8"]])
        {
            CommandRun run = await CommandRun.OfAsync([.. arguments, "--workload", file]);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains($"line 2: {column} is ", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task Allocate_NoTimeWithoutThinking_GivesFiniteNumbers()
    {
        // t0 fitted at its bound 0, and times that vary: no thinking takes no time, and then there is no limit to the arrival rate.
        string file = Write("w.csv", "task,A,b,D,t0_s,c_s_per_token,sigma_s\nx,0.1,0.000001,0.2,0,0.01,0.2\ny,0.5,0.01,0.2,0,0.01,0\n");
        foreach (string[] arguments in (string[][])
        [
            ["allocate", "--json"],
            ["allocate"],
            ["simulate", "--budgets", "0,0", "--json"],
            ["simulate", "--budgets", "0,0"],
            ["simulate", "--budgets", "0,40", "--json"],
            ["simulate", "--budgets", "0,40", "--queries", "1"],
        ])
        {
            CommandRun run = await CommandRun.OfAsync(
            [
                .. arguments,
                "--workload",
                file,
                .. arguments[0] == "simulate" && !arguments.Contains("--queries") ? (string[])["--queries", "200"] : [],
            ]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.DoesNotContain("NaN", run.Output, StringComparison.Ordinal);
            Assert.DoesNotMatch("(?<!L_)∞", run.Output);
            Assert.DoesNotContain("  s ", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("time  s", run.Output, StringComparison.Ordinal);
        }
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, content);
        return path;
    }
}
