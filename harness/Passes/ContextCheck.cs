using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Passes;

/// <summary>
/// Whether every problem of a plan fits the model's context at every budget, before the first generation. Problems that do not fit would be
/// missing at the largest budgets, and they are the long ones: the accuracy of the others would be published for all.
/// </summary>
public static class ContextCheck
{
    private const int AtOnce = 32;

    /// <summary>One sentence for each task with problems that do not fit; empty where all fit.</summary>
    /// <param name="forcing">The model.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="EndpointException">The server cannot count.</exception>
    public static async Task<ImmutableArray<string>> FaultsAsync(
        IBudgetForcing forcing, ExperimentPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(forcing);
        ArgumentNullException.ThrowIfNull(plan);
        AskedProblem empty = await forcing.AskAsync(plan.Tasks[0].Problems[0] with { Prompt = "", AnswerCue = "" }, cancellationToken);
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (TaskPlan task in plan.Tasks)
        {
            var needed = new ConcurrentBag<int>();
            await Parallel.ForEachAsync(
                task.Problems,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (problem, cancelled) => needed.Add(await NeededAsync(forcing, empty, problem, task.Budgets[^1], cancelled)));
            if (FaultOf(task, [.. needed], forcing.Facts.ContextTokens) is { } fault)
                faults.Add(fault);
        }

        return faults.ToImmutable();
    }

    /// <summary>No token is shorter than a byte: where the bytes fit, the server is not asked.</summary>
    private static async Task<int> NeededAsync(
        IBudgetForcing forcing, AskedProblem empty, Problem problem, int budget, CancellationToken cancellationToken)
    {
        int unique = forcing.Requests.NeedsUniquePrefix ? UniquePrefix.Line().Length : 0;
        int bytes = Encoding.UTF8.GetByteCount(problem.Prompt) + Encoding.UTF8.GetByteCount(problem.AnswerCue) + unique;
        int atMost = bytes + await forcing.ContextNeededAsync(empty with { Problem = problem }, budget, cancellationToken);
        return atMost <= forcing.Facts.ContextTokens ? atMost
            : unique + await forcing.ContextNeededAsync(await forcing.AskAsync(problem, cancellationToken), budget, cancellationToken);
    }

    private static string? FaultOf(TaskPlan task, ImmutableArray<int> needed, int context)
    {
        int largest = task.Budgets[^1];
        int most = needed.Max(), misfits = needed.Count(tokens => tokens > context), fitting = largest - (most - context);
        string budget = fitting < 0 ? "No budget fits every problem" : $"The largest budget that fits every problem is {fitting}";
        return misfits == 0 ? null
            : $"{task.Task}: {misfits} of {task.Problems.Length} problems do not fit the context of {context} tokens at budget {largest}. "
            + $"{budget}: lower {{Budgets}} {task.Task}=…, or serve the model with a context of at least {most} tokens.";
    }
}
