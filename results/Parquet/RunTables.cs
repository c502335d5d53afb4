namespace Calibration.Results.Parquet;

/// <summary>The columns of a run's Parquet files, as <c>docs/schema.md</c> publishes them.</summary>
internal static class RunTables
{
    /// <summary>Bytes of a row's numbers, names and objects, about.</summary>
    private const int FixedBytes = 400;

    /// <summary>Parquet reads and writes a list's element as its value and two levels, beside the list itself.</summary>
    private const int ListElementBytes = 4 * sizeof(int);

    internal static ParquetTable<Trial> Trials { get; } = new(
        [
            ParquetColumns.Text<Trial>("task", row => row.Task),
            ParquetColumns.Text<Trial>("problem_id", row => row.ProblemId),
            ParquetColumns.Value<Trial, int>("run", row => row.Run),
            ParquetColumns.Value<Trial, int>("budget_tokens", row => row.BudgetTokens),
            ParquetColumns.Value<Trial, int>("thinking_tokens", row => row.ThinkingTokens),
            ParquetColumns.Value<Trial, int>("answer_tokens", row => row.AnswerTokens),
            ParquetColumns.Enum<Trial, TrialStatus>("status", row => row.Status),
            ParquetColumns.Text<Trial>("reason", row => row.Reason),
            ParquetColumns.Value<Trial, bool>("correct", row => row.Correct),
            ParquetColumns.Text<Trial>("answer", row => row.Answer),
            ParquetColumns.Text<Trial>("response", row => row.Response),
            ParquetColumns.Text<Trial>("gold", row => row.Gold),
            ParquetColumns.Text<Trial>("trace_id", row => row.TraceId),
            ParquetColumns.Value<Trial, int>("cues", row => row.Cues),
            ParquetColumns.Value<Trial, bool>("closed_by_model", row => row.ClosedByModel),
            ParquetColumns.Enum<Trial, BudgetSemantics>("semantics", row => row.Semantics),
            ParquetColumns.Enum<Trial, Road>("road", row => row.Road),
            ParquetColumns.Enum<Trial, CountSource>("count_source", row => row.CountSource),
        ],
        (c, i) => new Trial
        {
            Task = string.Intern(c.At<string>("task", i)),
            ProblemId = string.Intern(c.At<string>("problem_id", i)),
            Run = c.At<int>("run", i),
            BudgetTokens = c.At<int>("budget_tokens", i),
            ThinkingTokens = c.At<int>("thinking_tokens", i),
            AnswerTokens = c.At<int>("answer_tokens", i),
            Status = c.Enum<TrialStatus>("status", i),
            Reason = c.At<string>("reason", i),
            Correct = c.At<bool>("correct", i),
            Answer = c.At<string>("answer", i),
            Response = c.At<string>("response", i),
            Gold = c.At<string>("gold", i),
            TraceId = c.At<string>("trace_id", i),
            Cues = c.At<int>("cues", i),
            ClosedByModel = c.At<bool>("closed_by_model", i),
            Semantics = c.Enum<BudgetSemantics>("semantics", i),
            Road = c.Enum<Road>("road", i),
            CountSource = c.Enum<CountSource>("count_source", i),
        },
        trial => FixedBytes + (sizeof(char) * ((long)trial.Response.Length + trial.Answer.Length + trial.Gold.Length + trial.Reason.Length)));

    internal static ParquetTable<ServiceSample> Service { get; } = new(
        [
            ParquetColumns.Text<ServiceSample>("task", row => row.Task),
            ParquetColumns.Text<ServiceSample>("problem_id", row => row.ProblemId),
            ParquetColumns.Text<ServiceSample>("trace_id", row => row.TraceId),
            ParquetColumns.Value<ServiceSample, int>("budget_tokens", row => row.BudgetTokens),
            ParquetColumns.Value<ServiceSample, int>("thinking_tokens", row => row.ThinkingTokens),
            ParquetColumns.Value<ServiceSample, int>("answer_tokens", row => row.AnswerTokens),
            ParquetColumns.Value<ServiceSample, double>("time_to_first_token_s", row => row.TimeToFirstTokenS),
            ParquetColumns.Value<ServiceSample, double>("thinking_s", row => row.ThinkingS),
            ParquetColumns.Value<ServiceSample, double>("service_s", row => row.ServiceS),
            ParquetColumns.Enum<ServiceSample, ServiceSource>("service_source", row => row.ServiceSource),
            ParquetColumns.Optional<ServiceSample, int>("cached_tokens", row => row.CachedTokens),
            ParquetColumns.Optional<ServiceSample, int>("answer_recomputed_tokens", row => row.AnswerRecomputedTokens),
            ParquetColumns.Optional<ServiceSample, double>("server_s", row => row.ServerS),
            ParquetColumns.Enum<ServiceSample, TrialStatus>("status", row => row.Status),
            ParquetColumns.Text<ServiceSample>("reason", row => row.Reason),
        ],
        (c, i) => new ServiceSample
        {
            Task = string.Intern(c.At<string>("task", i)),
            ProblemId = string.Intern(c.At<string>("problem_id", i)),
            TraceId = c.At<string>("trace_id", i),
            BudgetTokens = c.At<int>("budget_tokens", i),
            ThinkingTokens = c.At<int>("thinking_tokens", i),
            AnswerTokens = c.At<int>("answer_tokens", i),
            TimeToFirstTokenS = c.At<double>("time_to_first_token_s", i),
            ThinkingS = c.At<double>("thinking_s", i),
            ServiceS = c.At<double>("service_s", i),
            ServiceSource = c.Enum<ServiceSource>("service_source", i),
            CachedTokens = c.At<int?>("cached_tokens", i),
            AnswerRecomputedTokens = c.At<int?>("answer_recomputed_tokens", i),
            ServerS = c.At<double?>("server_s", i),
            Status = c.Enum<TrialStatus>("status", i),
            Reason = c.At<string>("reason", i),
        },
        _ => FixedBytes);

    internal static ParquetTable<Trace> Traces { get; } = new(
        [
            ParquetColumns.Text<Trace>("trace_id", row => row.TraceId),
            ParquetColumns.Text<Trace>("task", row => row.Task),
            ParquetColumns.Text<Trace>("problem_id", row => row.ProblemId),
            ParquetColumns.Value<Trace, int>("run", row => row.Run),
            ParquetColumns.List<Trace>("token_ids", row => row.TokenIds),
            ParquetColumns.List<Trace>("cue_positions", row => row.CuePositions),
            ParquetColumns.Optional<Trace, int>("masked_from", row => row.MaskedFrom),
            ParquetColumns.Value<Trace, bool>("closed_by_model", row => row.ClosedByModel),
            ParquetColumns.Value<Trace, int>("prompt_tokens", row => row.PromptTokens),
        ],
        (c, i) => new Trace
        {
            TraceId = c.At<string>("trace_id", i),
            Task = string.Intern(c.At<string>("task", i)),
            ProblemId = string.Intern(c.At<string>("problem_id", i)),
            Run = c.At<int>("run", i),
            TokenIds = c.At<System.Collections.Immutable.ImmutableArray<int>>("token_ids", i),
            CuePositions = c.At<System.Collections.Immutable.ImmutableArray<int>>("cue_positions", i),
            MaskedFrom = c.At<int?>("masked_from", i),
            ClosedByModel = c.At<bool>("closed_by_model", i),
            PromptTokens = c.At<int>("prompt_tokens", i),
        },
        trace => FixedBytes + (ListElementBytes * ((long)trace.TokenIds.Length + trace.CuePositions.Length)));

    internal static ParquetTable<FittedParameter> Fits { get; } = new(
        [
            ParquetColumns.Text<FittedParameter>("task", row => row.Task),
            ParquetColumns.Text<FittedParameter>("parameter", row => row.Parameter),
            ParquetColumns.Text<FittedParameter>("verdict", row => row.Verdict),
            ParquetColumns.Text<FittedParameter>("status", row => row.Status),
            ParquetColumns.Optional<FittedParameter, double>("value", row => row.Value),
            ParquetColumns.Optional<FittedParameter, double>("standard_error", row => row.StandardError),
            ParquetColumns.Optional<FittedParameter, double>("low", row => row.Low),
            ParquetColumns.Optional<FittedParameter, double>("high", row => row.High),
            ParquetColumns.Text<FittedParameter>("reason", row => row.Reason),
        ],
        (c, i) => new FittedParameter(
            c.At<string>("task", i), c.At<string>("parameter", i), c.At<string>("verdict", i), c.At<string>("status", i), c.At<double?>("value", i),
            c.At<double?>("standard_error", i), c.At<double?>("low", i), c.At<double?>("high", i), c.At<string>("reason", i)),
        _ => FixedBytes);
}
