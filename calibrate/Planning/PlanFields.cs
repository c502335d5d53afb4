using System.Collections.Immutable;

namespace Calibration.Calibrate.Planning;

/// <summary>Where a plan holds each setting, by the name that faults give it in braces.</summary>
internal static class PlanFields
{
    internal static readonly ImmutableArray<(string Setting, string Path)> All =
    [
        ("Endpoint", "endpoint.addresses"), ("Model", "endpoint.model"), ("ApiKeyEnv", "endpoint.api_key_env"),
        ("ApiKeyFile", "endpoint.api_key_file"), ("Profile", "endpoint.profile"), ("Context", "endpoint.context_tokens"),
        ("IdleLimit", "endpoint.idle_limit_s"), ("DownLimit", "endpoint.down_limit_minutes"), ("Truth", "endpoint.truth"),
        ("Pace", "endpoint.paced"), ("Data", "problems.data"), ("Samples", "problems.samples"), ("Datasets", "problems.datasets"),
        ("Task", "problems.own_tasks"), ("Years", "problems.years"), ("Items", "problems.items"), ("Runs", "plan.runs"),
        ("Semantics", "plan.semantics"), ("Temperature", "plan.sampling.temperature"), ("TopP", "plan.sampling.top_p"),
        ("TopK", "plan.sampling.top_k"), ("MinP", "plan.sampling.min_p"), ("Seed", "plan.seed"), ("Concurrency", "plan.concurrency"),
        ("LatencyItems", "plan.latency_items"), ("LatencyBudgetLimit", "plan.latency_budget_limit"),
        ("PromptFormat", "plan.prompt_format"), ("Independent", "plan.independent"), ("KeepText", "plan.keep_text"),
        ("Shard", "plan.shard"), ("Budgets", "budgets"),
        ("ArrivalRate", "point.arrival_rate_per_s"), ("AccuracyWeight", "point.accuracy_weight_s"),
        ("MaxBudget", "point.max_budget_tokens"), ("Mix", "point.shares"), ("Label", "label"), ("Hours", "hours"),
        ("Deadline", "deadline"), ("Shape", "shapes"),
    ];
}
