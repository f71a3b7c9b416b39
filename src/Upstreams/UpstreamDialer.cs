using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// Makes TLS connections to one upstream: TLS 1.2 or 1.3, SNI, ALPN <c>dot</c> or <c>h2</c>, a checked certificate (RFC 7858 §3.2, RFC 8310 §8.1).
/// Its addresses race each other (RFC 8305). One dial at a time; the options are shared by all, which is what lets OpenSSL resume sessions.
/// </summary>
/// <param name="attemptTimeout">
/// For one address, connection and handshake together: half the time of a query, and two seconds at least. What a connection sends later may
/// stay unacknowledged as long, for the other half is left to ask again.
/// </param>
internal sealed class UpstreamDialer(
    UpstreamSpec upstream, TlsIdentity identity, TimeSpan attemptTimeout, TimeProvider time, Counters counters, LogEvents log)
{
    // RFC 8305 §5 recommends the first, and leaves more to what is known of the line: where handshakes take long, every dial would be
    // two. Our choice: twice the latest one's time, and never more than a second.
    private static readonly TimeSpan s_stagger = TimeSpan.FromMilliseconds(250), s_longestStagger = TimeSpan.FromSeconds(1);

    private static readonly SslApplicationProtocol s_dnsOverTls = new("dot");
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    private SslClientAuthenticationOptions? _options;
    private readonly CertificateClock _clock = new(identity.Earliest, time);
    private IPEndPoint _preferred = upstream.Addresses[0];
    private TimeSpan _latest;
    private Failure? _lastFailure;

    /// <summary>What the attempts of the latest dial that are over came to; null when it was a connection.</summary>
    public Failure? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>The address that the next dial begins with.</summary>
    public IPEndPoint Preferred => Volatile.Read(ref _preferred);

    private TimeSpan Stagger => TimeSpan.FromTicks(Math.Clamp(2 * _latest.Ticks, s_stagger.Ticks, s_longestStagger.Ticks));

    /// <summary>
    /// Dials the address that last worked; a while later, or at once where that has failed, the next one too. The first handshake that is
    /// over wins, and the others are given up. Exactly one of the two results is set.
    /// </summary>
    public async Task<(UpstreamConnection? Connection, Failure? Failure)> DialAsync(CancellationToken cancellation)
    {
        SslClientAuthenticationOptions options = _options ??= CreateOptions();
        _clock.Set(options.CertificateChainPolicy!);
        var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Queue<IPEndPoint> waiting = DialOrder.Of(upstream.Addresses, _preferred);
        var running = new List<Task<DialResult>> { DialAsync(waiting.Dequeue(), options, race.Token) };
        var failed = new List<DialResult>();
        try
        {
            while (running.Count > 0)
            {
                Task first = waiting.Count > 0 ? await Task.WhenAny([.. running, Task.Delay(Stagger, time, race.Token)]) : await Task.WhenAny(running);
                if (first is Task<DialResult> ended)
                {
                    running.Remove(ended);
                    DialResult result = await ended;
                    if (result.Stream is not null) return (Win(result), null);
                    cancellation.ThrowIfCancellationRequested();
                    failed.Add(result);
                    Volatile.Write(ref _lastFailure, Describe(failed));
                }
                cancellation.ThrowIfCancellationRequested();
                if (waiting.TryDequeue(out IPEndPoint? next)) running.Add(DialAsync(next, options, race.Token));
            }
            return (null, Describe(failed));
        }
        finally
        {
            _ = EndAsync(race, running);
        }
    }

    private UpstreamConnection Win(DialResult winner)
    {
        _latest = winner.Took;
        Volatile.Write(ref _preferred, winner.Address);
        Volatile.Write(ref _lastFailure, null);
        string name = $"{upstream.Name} at {winner.Address}";
        UpstreamConnection connection = upstream.Transport == Transport.Https
            ? new HttpsConnection(winner.Stream!, winner.Transport!, winner.Address, name, HttpsRequest.To(upstream.HostName, winner.Address.Port, upstream.Path), RandomNumberGenerator.Fill, time, counters, log)
            : new TlsConnection(winner.Stream!, winner.Transport!, winner.Address, name, RandomNumberGenerator.Fill, time, counters, log);
        counters.Connections.Increment();
        log.Connected(name, connection.Protocol, (long)winner.Took.TotalMilliseconds);
        return connection;
    }

    /// <summary>Gives up those that still run, without making the winner wait: one may be over already, and is closed.</summary>
    private static async Task EndAsync(CancellationTokenSource race, List<Task<DialResult>> losers)
    {
        await race.CancelAsync();
        foreach (DialResult loser in await Task.WhenAll(losers)) loser.Close();
        race.Dispose();
    }

    /// <summary>Names every address that has failed, those with the same cause together.</summary>
    private Failure Describe(List<DialResult> failed)
    {
        IEnumerable<string> causes = failed.GroupBy(result => result.Cause, result => result.Address)
            .Select(addresses => $"at {string.Join(", ", addresses)}: {addresses.Key}");
        return new Failure(failed[0].Code, $"{upstream.Name} {string.Join("; ", causes)}", failed.Exists(result => result.CanBeRetried));
    }

    private async Task<DialResult> DialAsync(IPEndPoint address, SslClientAuthenticationOptions options, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(attemptTimeout, time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var check = new ServerCertificateCheck(upstream, _clock);
        long start = time.GetTimestamp();
        var failure = new DialResult(address, default, null, null);
        try
        {
            (SslStream stream, HandshakeStream transport) = await HandshakeAsync(address, options, check, attempt.Token);
            return new DialResult(address, time.GetElapsedTime(start), stream, transport);
        }
        catch (AuthenticationException exception)
        {
            // The certificate's fault if the check refused it, else the protocol's.
            string cause = check.Refusal ?? DialFailure.Describe(exception);
            return failure with { Cause = cause, Code = ExtendedErrorCode.NoReachableAuthority, CanBeRetried = check.Refusal is null };
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return failure with { Cause = DialFailure.Describe(exception) };
        }
    }

    private async Task<(SslStream Stream, HandshakeStream Transport)> HandshakeAsync(
        IPEndPoint address, SslClientAuthenticationOptions options, ServerCertificateCheck check, CancellationToken cancellation)
    {
        Socket socket = UpstreamSocket.Create(address.AddressFamily, unacknowledged: attemptTimeout);
        HandshakeStream? transport = null;
        try
        {
            await socket.ConnectAsync(address, cancellation);
            await Task.Yield();
            transport = new HandshakeStream(socket);
            var stream = new SslStream(transport, leaveInnerStreamOpen: false, check.Validate);
            await stream.AuthenticateAsClientAsync(options, cancellation);
            // Who knows nothing of ALPN goes on without it, which over HTTPS is HTTP/1.1 at best (RFC 9113 §3.2).
            if (upstream.Transport == Transport.Https && stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
                throw new AuthenticationException("it does not speak HTTP/2");
            transport.Established();
            return (stream, transport);
        }
        catch
        {
            transport?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions CreateOptions()
    {
        var policy = new X509ChainPolicy
        {
            // Both would make the proxy look up and fetch from servers named by the certificate, through itself at worst.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(s_serverAuthentication);
        if (identity.Trust.Roots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return new SslClientAuthenticationOptions
        {
            TargetHost = upstream.HostName,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [upstream.Transport == Transport.Https ? SslApplicationProtocol.Http2 : s_dnsOverTls],
            CertificateChainPolicy = policy,
            ClientCertificateContext = identity.Client,
            AllowRenegotiation = false,
        };
    }
}
