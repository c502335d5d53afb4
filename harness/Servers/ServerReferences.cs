namespace Calibration.Harness.Servers;

/// <summary>Where the servers are described.</summary>
public static class ServerReferences
{
    /// <summary>Fields of a server's BibTeX entry; empty for the simulated endpoint and for unknown servers.</summary>
    /// <param name="server">Kind of server, as the manifest stores it.</param>
    /// <param name="version">Its version; empty if it reports none.</param>
    public static string Of(string server, string version) => server switch
    {
        "vllm" => "author = {Kwon, Woosuk and Li, Zhuohan and Zhuang, Siyuan and Sheng, Ying and others},\n  title = {Efficient Memory "
            + $"Management for Large Language Model Serving with {{PagedAttention}}}},\n  year = {{2023}},\n  note = {{vLLM {version}}}",
        "sglang" => "author = {Zheng, Lianmin and Yin, Liangsheng and Xie, Zhiqiang and Sun, Chuyue and others},\n  title = {{SGLang}: "
            + $"Efficient Execution of Structured Language Model Programs}},\n  year = {{2024}},\n  note = {{SGLang {version}}}",
        "llamacpp" => $"author = {{{{The ggml authors}}}},\n  title = {{llama.cpp}},\n  note = {{Version {version}, "
            + "https://github.com/ggml-org/llama.cpp}",
        _ => "",
    };
}
