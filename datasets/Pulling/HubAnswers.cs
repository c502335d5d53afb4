using System.Net;

namespace Calibration.Datasets.Pulling;

/// <summary>What the hub's refusals mean, in words for the user. A message never holds the token or a signed address.</summary>
internal static class HubAnswers
{
    /// <summary>The error of a status that no further attempt will mend.</summary>
    public static DatasetException Refused(HttpStatusCode status, PublishedFile published, PullOptions options)
    {
        (string task, HubSource source, HubFile file) = published;
        string page = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/datasets/{source.Repository}";
        string words = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when source.Gated => Gated(
                status, task, page, options.Token is not null),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when options.Token is not null =>
                $"The hub refuses {task} ({(int)status}): HF_TOKEN is wrong, expired or lacks the right to read; set a valid one or unset "
                    + $"it.",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"The hub refuses {task} ({(int)status}): look at {page} whether it has moved or now asks for a token in HF_TOKEN.",
            HttpStatusCode.NotFound =>
                $"The hub has no {file.Path} of {task} (404): look at {page} whether it has moved, or put the file into "
                    + $"{Path.Combine(options.Directory, task)} yourself.",
            HttpStatusCode.TooManyRequests =>
                $"The hub answers {task} with 'too many requests' (429): try again later, or set HF_TOKEN for a higher limit.",
            _ => $"The hub answers {task} with status {(int)status}: try again later, or look at {page}.",
        };
        return new(words);
    }

    /// <summary>Whether another attempt may succeed.</summary>
    public static bool IsTransient(HttpStatusCode status) => (int)status is 408 or 425 or 429 or >= 500;

    private static string Gated(HttpStatusCode status, string task, string page, bool token)
    {
        string terms = $"{task} is gated: accept its terms at {page}";
        if (!token) return $"{terms}, create a token at {PullOptions.Hub}settings/tokens and set it as HF_TOKEN ({(int)status}).";
        return status == HttpStatusCode.Unauthorized
            ? $"{terms}; the token in HF_TOKEN was not accepted (401): create a new one at {PullOptions.Hub}settings/tokens."
            : $"{terms} with the account of the token in HF_TOKEN, which has not done so (403), and let the token read gated repositories.";
    }
}
