using DotProxy.Dns;
using Microsoft.Extensions.Logging;

namespace DotProxy.Telemetry;

/// <summary>
/// Every line that the proxy can log. No query name and no client address stands in any of them at information level or above
/// (RFC 9076). What can happen thousands of times a second is one line with a count.
/// </summary>
internal sealed partial class LogEvents(ILogger logger, TimeProvider time)
{
    private readonly BurstFilter _queueFull = new(time);
    private readonly BurstFilter _tcpRefused = new(time);
    private readonly BurstFilter _routeFailed = new(time);
    private readonly BurstFilter _unexpected = new(time);

    [LoggerMessage(1, LogLevel.Information, "dotproxy {Version} asks {Upstream}; trusts {Trust}")]
    public partial void Starting(string version, string upstream, string trust);

    [LoggerMessage(2, LogLevel.Information, "listening on {Address} (udp, tcp)")]
    public partial void Listening(string address);

    /// <param name="warning">A sentence that <c>dotproxy check</c> prints too.</param>
    [LoggerMessage(4, LogLevel.Warning, "{Warning}")]
    public partial void StartWarning(string warning);

    [LoggerMessage(5, LogLevel.Information, "stopping on {Signal}: answering what is in flight")]
    public partial void Stopping(string signal);

    [LoggerMessage(6, LogLevel.Information, "stopped")]
    public partial void Stopped();

    [LoggerMessage(7, LogLevel.Warning, "{Unanswered} queries were still unanswered when time was up: answered SERVFAIL")]
    public partial void StoppedLate(int unanswered);

    [LoggerMessage(8, LogLevel.Warning, "{Address} is left out: {Reason}")]
    public partial void ListenerSkipped(string address, string reason);

    [LoggerMessage(9, LogLevel.Information, "this system has no recvmmsg: one system call per datagram; replies from a wildcard address may leave from another one")]
    public partial void PortableDatagrams();

    [LoggerMessage(40, LogLevel.Information, "{Entries} answers restored from {File}")]
    public partial void CacheRestored(int entries, string file);

    [LoggerMessage(41, LogLevel.Warning, "starting with an empty cache, and not saving it: {File} cannot be used: {Cause}; remove it, or name another file")]
    public partial void CacheFileUnusable(string file, string cause);

    [LoggerMessage(42, LogLevel.Debug, "{Entries} answers saved to {File}")]
    public partial void CacheSaved(int entries, string file);

    [LoggerMessage(43, LogLevel.Warning, "the cache cannot be saved to {File}: {Cause}")]
    public partial void CacheNotSaved(string file, string cause);

    [LoggerMessage(44, LogLevel.Information,
        "cache: {Entries} answers in {Octets} octets; {Hits} hits, {Misses} misses, {Stale} stale, {Coalesced} coalesced, {Prefetches} prefetched, {Evictions} evicted")]
    public partial void CacheFigures(long entries, long octets, long hits, long misses, long stale, long coalesced, long prefetches, long evictions);

    [LoggerMessage(45, LogLevel.Information, "cache flushed: {Entries} answers removed")]
    public partial void CacheFlushed(int entries);

    [LoggerMessage(46, LogLevel.Information, "there is no cache to show or to flush (--cache-size 0)")]
    public partial void NoCache();

    [LoggerMessage(50, LogLevel.Information, "control socket at {Path}: 'dotproxy cache' shows and flushes there")]
    public partial void ControlOpen(string path);

    [LoggerMessage(60, LogLevel.Information, "{Names} names read from {File}")]
    public partial void HostsRead(int names, string file);

    [LoggerMessage(63, LogLevel.Information, "{Zone} is asked of {Upstream}")]
    public partial void Routed(string zone, string upstream);

    [LoggerMessage(61, LogLevel.Warning, "{Place}: {Fault}; the line is left out")]
    public partial void HostsLineUnusable(string place, string fault);

    [LoggerMessage(62, LogLevel.Warning, "{Lines} more lines of {File} are left out; is it a hosts file?")]
    public partial void MoreHostsLinesUnusable(int lines, string file);

    [LoggerMessage(20, LogLevel.Information, "connected to {Upstream} ({Protocol}, {Milliseconds} ms)")]
    public partial void UpstreamReached(string upstream, string protocol, long milliseconds);

    /// <param name="cause">Begins with the upstream's name.</param>
    [LoggerMessage(21, LogLevel.Warning, "upstream lost: {Cause}; it is tried again by itself")]
    public partial void UpstreamLost(string cause);

    [LoggerMessage(22, LogLevel.Warning, "upstream still lost: {Cause} ({Attempts} attempts failed in {Seconds} s)")]
    public partial void UpstreamStillLost(string cause, int attempts, long seconds);

    [LoggerMessage(23, LogLevel.Information, "upstream back: {Upstream}, after {Seconds} s and {Attempts} failed attempts")]
    public partial void UpstreamBack(string upstream, long seconds, int attempts);

    [LoggerMessage(27, LogLevel.Warning, "upstream unsteady: {Upstream} was lost and back {Count} more times since it was last said")]
    public partial void UpstreamUnsteady(string upstream, long count);

    [LoggerMessage(28, LogLevel.Warning, "upstream left out: {Upstream}: {Cause}; the others are asked until a probe is answered well")]
    public partial void UpstreamLeftOut(string upstream, string cause);

    [LoggerMessage(29, LogLevel.Information, "upstream asked again: {Upstream}, after {Seconds} s")]
    public partial void UpstreamAskedAgain(string upstream, long seconds);

    [LoggerMessage(34, LogLevel.Information, "network changed: connections to {Upstream} are made anew ({Cause})")]
    public partial void NetworkChanged(string upstream, string cause);

    [LoggerMessage(35, LogLevel.Debug, "changes of the network are not noticed here: {Cause}")]
    public partial void NetworkUnwatched(string cause);

    [LoggerMessage(24, LogLevel.Debug, "connected to {Upstream} ({Protocol}, {Milliseconds} ms)")]
    public partial void Connected(string upstream, string protocol, long milliseconds);

    [LoggerMessage(25, LogLevel.Debug, "connection to {Upstream} ended: {Cause}; {Answered} answered, {InFlight} asked again")]
    public partial void ConnectionEnded(string upstream, string cause, long answered, int inFlight);

    /// <summary>Says at debug level which name failed and why; whoever turns that on wants to see names.</summary>
    /// <param name="question">Name, type and class as on the wire.</param>
    public void QueryFailed(ReadOnlySpan<byte> question, string cause)
    {
        if (logger.IsEnabled(LogLevel.Debug)) QueryFailed(DomainName.Format(question[..^4]), cause);
    }

    public void QueueFull(int capacity)
    {
        if (_queueFull.ShouldLog(out long suppressed)) QueueFull(capacity, suppressed);
    }

    public void TcpClientRefused(string reason)
    {
        if (_tcpRefused.ShouldLog(out long suppressed)) TcpClientRefused(reason, suppressed);
    }

    /// <param name="cause">Begins with the server's address.</param>
    public void RouteFailed(string cause)
    {
        if (_routeFailed.ShouldLog(out long suppressed)) RouteFailed(cause, suppressed);
    }

    /// <summary>A bug, or a system that failed in a way nobody foresaw.</summary>
    public void Unexpected(string where, Exception exception)
    {
        if (_unexpected.ShouldLog(out long suppressed)) Unexpected(where, suppressed, exception);
    }

    [LoggerMessage(26, LogLevel.Debug, "no answer for {Name}: {Cause}")]
    private partial void QueryFailed(string name, string cause);

    [LoggerMessage(30, LogLevel.Warning,
        "queue full ({Capacity} queries): answering SERVFAIL; the upstream is too slow for this load, or --queue too small ({Suppressed} more since the last such line)")]
    private partial void QueueFull(int capacity, long suppressed);

    [LoggerMessage(31, LogLevel.Warning, "TCP client turned away: {Reason} ({Suppressed} more since the last such line)")]
    private partial void TcpClientRefused(string reason, long suppressed);

    [LoggerMessage(54, LogLevel.Warning, "no answer for a routed zone: {Cause} ({Suppressed} more since the last such line)")]
    private partial void RouteFailed(string cause, long suppressed);

    [LoggerMessage(90, LogLevel.Error, "unexpected fault in {Where} ({Suppressed} more since the last such line)")]
    private partial void Unexpected(string where, long suppressed, Exception exception);
}
