using Calibration.Harness;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>How the requests in flight follow the endpoint's load.</summary>
public sealed class RequestSlotsTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Busy_ManyRequestsOfOneMoment_HalvesOnce()
    {
        var slots = new RequestSlots(64);
        long first = await slots.TakeAsync(Cancelled);
        long second = await slots.TakeAsync(Cancelled);
        slots.Busy(first);
        slots.Busy(second);
        Assert.Equal(32, slots.Limit);
        slots.Busy(await slots.TakeAsync(Cancelled));
        Assert.Equal(16, slots.Limit);
    }

    [Fact]
    public void Busy_WithoutEnd_LeavesOneAndAnswersGiveTheOthersBack()
    {
        var slots = new RequestSlots(8);
        for (long cut = 0; cut < 20; cut++)
            slots.Busy(cut);
        Assert.Equal(1, slots.Limit);
        for (int answer = 0; answer < 100; answer++)
            slots.Answered();
        Assert.Equal(8, slots.Limit);
    }

    [Theory]
    [InlineData(64, 0, 256)]
    [InlineData(64, 18, 256)]
    [InlineData(64, 192, 82)]
    [InlineData(0, 500, 2)]
    public void Queue_LongerThanAQuarterOfTheWork_CutsToTheWorkAndThatQuarter(int working, int queued, int limit)
    {
        var slots = new RequestSlots(256);
        slots.Queue(working, queued);
        Assert.Equal(limit, slots.Limit);
    }

    [Fact]
    public async Task Take_NoRoom_WaitsInOrderAndLeavesWhenCancelled()
    {
        var slots = new RequestSlots(1);
        await slots.TakeAsync(Cancelled);
        using var stop = new CancellationTokenSource();
        Task abandoned = slots.TakeAsync(stop.Token).AsTask(), next = slots.TakeAsync(Cancelled).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.False(next.IsCompleted);
        slots.Return();
        await next;
        Assert.Equal(1, slots.InFlight);
    }

    [Theory]
    [InlineData("vllm-0.32.0/30-metrics.http", "vllm:num_requests_running", "vllm:num_requests_waiting", 0, 0)]
    [InlineData("llama.cpp-b11669/27-metrics.http", "llamacpp:requests_processing", "llamacpp:requests_deferred", 0, 0)]
    public void Load_RecordedPages_AreRead(string file, string working, string queued, int workingNow, int queuedNow) =>
        Assert.Equal(
            new ServerLoad(workingNow, queuedNow),
            LoadMetrics.In(System.Text.Encoding.UTF8.GetString(Recording.Of(file).Body), working, queued));

    [Fact]
    public void Load_SeveralEngines_AreSummedAndOtherGaugesLeftOut()
    {
        const string Page =
            "# HELP a b\nvllm:num_requests_running{engine=\"0\"} 3.0\nvllm:num_requests_running{engine=\"1\"} "
                + "4.0\nvllm:num_requests_waiting{engine=\"0\"} 5\nvllm:num_requests_waiting_by_reason{reason=\"capacity\"} 70\n";
        Assert.Equal(new ServerLoad(7, 5), LoadMetrics.In(Page, "vllm:num_requests_running", "vllm:num_requests_waiting"));
        Assert.Null(LoadMetrics.In(Page, "sglang:num_running_reqs", "sglang:num_queue_reqs"));
    }
}
