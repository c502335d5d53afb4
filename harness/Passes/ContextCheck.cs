using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
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
    /// <param name="session">The model, by token ids.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="EndpointException">The server cannot count.</exception>
    public static async Task<ImmutableArray<string>> FaultsAsync(EndpointSession session, ExperimentPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(plan);
        int unique = session.Server.NeedsUniquePrefix ? UniquePrefix.Line().Length : 0;
        AskedProblem? empty = null;
        return await FaultsAsync(
            plan,
            session.Server.Facts.ContextTokens,
            async (problem, budget) =>
            {
                // No token is shorter than a byte: where the bytes fit, the server is not asked.
                empty ??= await AskedProblem.OfAsync(session, problem with { Prompt = "", AnswerCue = "" }, cancellationToken);
                int bytes = empty.ContextAt(budget) + Encoding.UTF8.GetByteCount(problem.Prompt) + Encoding.UTF8.GetByteCount(problem.AnswerCue) + unique;
                return bytes <= session.Server.Facts.ContextTokens ? bytes
                    : (await AskedProblem.OfAsync(session, problem, cancellationToken)).ContextAt(budget) + unique;
            },
            cancellationToken);
    }

    /// <summary>The same on a server that offers only text, as far as it counts.</summary>
    /// <exception cref="EndpointException">The server cannot count.</exception>
    public static Task<ImmutableArray<string>> FaultsAsync(TextSession session, ExperimentPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(plan);
        return FaultsAsync(
            plan,
            session.Facts.ContextTokens,
            async (problem, budget) =>
            {
                TextPrompt prompt = await session.RenderAsync(problem.Prompt, cancellationToken);
                int more = budget + problem.AnswerTokenLimit + UniquePrefix.Line().Length;
                string whole = TextThinking.None.AnswerPrompt(session.Profile, problem, prompt, budget);
                return (await session.CountIfLongAsync(whole, more, cancellationToken) ?? 0) + more;
            },
            cancellationToken);
    }

    private static async Task<ImmutableArray<string>> FaultsAsync(
        ExperimentPlan plan, int context, Func<Problem, int, Task<int>> neededAsync, CancellationToken cancellationToken)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (TaskPlan task in plan.Tasks)
        {
            var needed = new ConcurrentBag<int>();
            int largest = task.Budgets[^1];
            await Parallel.ForEachAsync(
                task.Problems,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (problem, _) => needed.Add(await neededAsync(problem, largest)));
            int most = needed.Max(), misfits = needed.Count(tokens => tokens > context), fitting = largest - (most - context);
            if (misfits > 0)
            {
                string budget = fitting < 0 ? "No budget fits every problem" : $"The largest budget that fits every problem is {fitting}";
                faults.Add(
                    $"{task.Task}: {misfits} of {task.Problems.Length} problems do not fit the context of {context} tokens at budget {largest}. "
                    + $"{budget}: lower --budgets {task.Task}=…, or serve the model with a context of at least {most} tokens.");
            }
        }

        return faults.ToImmutable();
    }
}
