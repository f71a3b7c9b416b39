using System.Diagnostics.CodeAnalysis;
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
/// Makes TLS connections to one upstream: TLS 1.2 or 1.3, SNI, ALPN <c>dot</c>, a checked certificate (RFC 7858 §3.2, RFC 8310 §8.1).
/// One dial at a time; the options are shared by all of them, which is what lets OpenSSL resume sessions.
/// </summary>
/// <param name="attemptTimeout">For one address, connection and handshake together.</param>
internal sealed class UpstreamDialer(
    UpstreamSpec upstream, TlsIdentity identity, TimeSpan attemptTimeout, TimeProvider time, Counters counters, LogEvents log)
{
    private static readonly SslApplicationProtocol s_dnsOverTls = new("dot");
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly ServerCertificateCheck _check = new(upstream, time);
    private SslClientAuthenticationOptions? _options;
    private int _preferred;
    private Failure? _lastFailure;

    /// <summary>What the latest attempt at one address came to; null when it was a connection.</summary>
    public Failure? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Tries the upstream's addresses in turn, first the one that last worked. Exactly one of the two results is set.</summary>
    public async Task<(UpstreamConnection? Connection, Failure? Failure)> DialAsync(CancellationToken cancellation)
    {
        Failure? first = null;
        for (int i = 0; i < upstream.Addresses.Count; i++)
        {
            int index = (_preferred + i) % upstream.Addresses.Count;
            (UpstreamConnection? connection, Failure? failure) = await DialAsync(upstream.Addresses[index], cancellation);
            Volatile.Write(ref _lastFailure, failure);
            if (connection is not null)
            {
                _preferred = index;
                return (connection, null);
            }
            first ??= failure;
            cancellation.ThrowIfCancellationRequested();
        }
        return (null, first);
    }

    private async Task<(UpstreamConnection? Connection, Failure? Failure)> DialAsync(IPEndPoint address, CancellationToken cancellation)
    {
        string name = $"{upstream.Name} at {address}";
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        attempt.CancelAfter(attemptTimeout);
        long start = time.GetTimestamp();
        try
        {
            (SslStream stream, HandshakeStream transport) = await HandshakeAsync(address, attempt.Token);
            var connection = new UpstreamConnection(stream, transport, name, RandomNumberGenerator.Fill, time, counters, log);
            counters.Connections.Increment();
            log.Connected(name, connection.Protocol, (long)time.GetElapsedTime(start).TotalMilliseconds);
            return (connection, null);
        }
        catch (AuthenticationException exception)
        {
            // The certificate's fault if the check refused it, else the protocol's.
            string cause = _check.Refusal ?? DialFailure.Describe(exception);
            return (null, new Failure(ExtendedErrorCode.NoReachableAuthority, $"{name}: {cause}", CanBeRetried: _check.Refusal is null));
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return (null, new Failure(ExtendedErrorCode.NetworkError, $"{name}: {DialFailure.Describe(exception)}"));
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The connection owns both streams once the handshake is done; before, the catch disposes.")]
    private async Task<(SslStream Stream, HandshakeStream Transport)> HandshakeAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        HandshakeStream? transport = null;
        try
        {
            await socket.ConnectAsync(address, cancellation);
            await Task.Yield();
            transport = new HandshakeStream(socket);
            var stream = new SslStream(transport, leaveInnerStreamOpen: false);
            _check.Reset();
            await stream.AuthenticateAsClientAsync(_options ??= CreateOptions(), cancellation);
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
            ApplicationProtocols = [s_dnsOverTls],
            CertificateChainPolicy = policy,
            ClientCertificateContext = identity.Client,
            RemoteCertificateValidationCallback = _check.Validate,
            AllowRenegotiation = false,
        };
    }
}
