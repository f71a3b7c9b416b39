using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// The stage that asks a server in clear, for the names that were routed to it: each query by itself, on the pool. These are few, and
/// near; what every other query pays for in care, on <see cref="UpstreamWorker"/>'s way, they need not.
/// </summary>
internal sealed class PlainUpstream : IUpstream
{
    /// <summary>Our choice: each has a socket, and a server at home that leaves so many unanswered is gone.</summary>
    public const int MaxInFlight = 256;

    private readonly string _name;
    private readonly PlainExchange _exchange;
    private readonly FillRandom _fill;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly Failure _noAnswer;
    private readonly Failure _full;
    private readonly CancellationTokenSource _stopping = new();
    private int _inFlight;

    public PlainUpstream(PlainSpec spec, TimeSpan timeout, FillRandom fill, TimeProvider time, Counters counters, LogEvents log)
    {
        string name = _name = spec.ToString();
        _exchange = new PlainExchange(name, spec.Address, spec.OverTcp, timeout, counters);
        _fill = fill;
        _timeout = timeout;
        _time = time;
        _counters = counters;
        _log = log;
        _noAnswer = new Failure(ExtendedErrorCode.NetworkError, $"{name}: no answer within {timeout.TotalSeconds:0.###} s");
        _full = new Failure(ExtendedErrorCode.NetworkError, $"{name}: {MaxInFlight} queries wait for it already", IsOverload: true);
    }

    public string Name => _name;

    /// <summary>Asking is the only way to know.</summary>
    public Failure? Outage => null;

    public Failure? Trouble => null;

    /// <summary>Queries taken and not yet completed.</summary>
    public int Pending => Volatile.Read(ref _inFlight);

    public bool IsSilent(TimeSpan limit, long now) => false;

    /// <summary>Takes the query over; at the bound it is answered SERVFAIL at once (EDE 23), and counted.</summary>
    public void Resolve(Query query, SinkSet sinks)
    {
        bool isFull = Interlocked.Increment(ref _inFlight) > MaxInFlight;
        if (!isFull && !_stopping.IsCancellationRequested)
        {
            // Not on the listener's thread, which has others to serve while sockets are made.
            _ = Task.Run(() => AnswerAsync(query));
            return;
        }
        if (isFull) _counters.Shed.Increment();
        query.Complete(Outcome.Failed(isFull ? _full : Failure.ShuttingDown), sinks);
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Nothing is held back.</summary>
    public void Flush()
    {
    }

    /// <summary>There is no connection that could have been cut.</summary>
    public void NetworkChanged()
    {
    }

    public async Task StopAsync(TimeSpan drainTime)
    {
        await Draining.WaitAsync(() => Pending, drainTime, _time);
        if (Pending > 0) _log.StoppedLate(Pending);
        await _stopping.CancelAsync();
        await Draining.WaitAsync(() => Pending, Draining.RefuseTime, _time);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Completes the query, whatever happens, once.</summary>
    private async Task AnswerAsync(Query query)
    {
        PlainReply reply = await AskAsync(query);
        var sinks = new SinkSet();
        if (reply.Failure is not { } failure)
        {
            query.Complete(Outcome.Answered(reply.Message), sinks);
        }
        else
        {
            _counters.Failed.Increment();
            _log.QueryFailed(query.Question, failure.Text);
            if (!failure.IsOverload) _log.RouteFailed(failure.Text);
            query.Complete(Outcome.Failed(failure), sinks);
        }
        sinks.Flush();
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Never throws: what nobody foresaw is a failure too, and logged.</summary>
    private async Task<PlainReply> AskAsync(Query query)
    {
        try
        {
            TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), query.Deadline);
            if (left <= TimeSpan.Zero) return new PlainReply(_noAnswer);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            deadline.CancelAfter(left < _timeout ? left : _timeout);
            return await _exchange.AskAsync(new PlainQuestion(query, _fill), deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return new PlainReply(_stopping.IsCancellationRequested ? Failure.ShuttingDown : _noAnswer);
        }
        catch (Exception exception)
        {
            _log.Unexpected("asking a plain server", exception);
            return new PlainReply(new Failure(ExtendedErrorCode.NetworkError, $"{_name}: internal error"));
        }
    }
}
