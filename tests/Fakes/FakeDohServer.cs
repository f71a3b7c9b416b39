using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace DotProxy.Tests.Fakes;

/// <summary>What the fake does with one request.</summary>
internal sealed record DohReply(byte[] Body)
{
    public int Status { get; init; } = 200;

    public string? ContentType { get; init; } = "application/dns-message";

    public TimeSpan Delay { get; init; }

    public string? Age { get; init; }

    /// <summary>Says nothing until the client gives up.</summary>
    public bool Stalls { get; init; }

    /// <summary>Ends the stream with RST_STREAM instead of an answer.</summary>
    public bool Resets { get; init; }

    /// <summary>Cuts the connection instead of answering.</summary>
    public bool Cuts { get; init; }

    /// <summary>Says GOAWAY, and then answers.</summary>
    public bool GoesAway { get; init; }

    public IReadOnlyDictionary<string, string> MoreFields { get; init; } = new Dictionary<string, string>();
}

/// <summary>A DNS-over-HTTPS server on loopback, Kestrel's HTTP/2 underneath, that does what a test says, and counts.</summary>
internal sealed class FakeDohServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private readonly Func<byte[], int, DohReply> _script;
    private int _asked;
    private int _accepted;
    private bool _isDisposed;

    /// <param name="script">Called for each query with its number, from 1.</param>
    public FakeDohServer(
        Func<byte[], int, DohReply>? script = null, string certificate = "good", IPEndPoint? at = null, HttpProtocols protocols = HttpProtocols.Http2, int maxStreams = 100,
        bool wantsClientCertificate = false)
    {
        _script = script ?? ((query, _) => new DohReply(Wire.Answer(query)));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.Http2.MaxStreamsPerConnection = maxStreams;
            options.Listen(at ?? new IPEndPoint(IPAddress.Loopback, 0), listen =>
            {
                listen.Protocols = protocols;
                listen.Use(CountAsync);
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = TestCertificates.Server(certificate), SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
                    ClientCertificateValidation = (presented, _, _) => presented.Subject == "CN=dotproxy",
                });
            });
        });
        _server = builder.Build();
        _server.Run(ServeAsync);
        _server.StartAsync().GetAwaiter().GetResult();
        EndPoint = at ?? IPEndPoint.Parse(new Uri(_server.Urls.First()).Authority);
    }

    public IPEndPoint EndPoint { get; }

    public string Spec => $"https://{EndPoint}/dns-query#dot.test";

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _connections.Count;

    /// <summary>Every message that came.</summary>
    public ConcurrentQueue<byte[]> Queries { get; } = new();

    /// <summary>The fields of every request, "name: value", the pseudo fields among them.</summary>
    public ConcurrentQueue<string[]> Fields { get; } = new();

    public void CutAll()
    {
        foreach (ConnectionContext connection in _connections.Keys) connection.Abort();
    }

    /// <summary>Says GOAWAY on every connection.</summary>
    public void SendAllAway()
    {
        foreach (ConnectionContext connection in _connections.Keys) connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        CutAll();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    private ConnectionDelegate CountAsync(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _accepted);
        _connections[connection] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    };

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        byte[] query = body.ToArray();
        HttpRequest request = context.Request;
        Fields.Enqueue(
        [
            $":method: {request.Method}", $":scheme: {request.Scheme}", $":path: {request.Path}{request.QueryString}",
            .. request.Headers.Select(field => $"{field.Key.ToUpperInvariant()}: {field.Value}"),
        ]);
        Queries.Enqueue(query);
        DohReply reply = _script(query, Interlocked.Increment(ref _asked));
        await ReplyAsync(context, reply);
    }

    private static async Task ReplyAsync(HttpContext context, DohReply reply)
    {
        if (reply.Cuts) context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        if (reply.Resets || reply.Cuts)
        {
            context.Abort();
            return;
        }
        if (reply.GoesAway) context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
        try
        {
            if (reply.Stalls) await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            await Task.Delay(reply.Delay, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        context.Response.StatusCode = reply.Status;
        if (reply.ContentType is not null) context.Response.ContentType = reply.ContentType;
        if (reply.Age is not null) context.Response.Headers.Age = reply.Age;
        foreach ((string name, string value) in reply.MoreFields) context.Response.Headers[name] = value;
        try
        {
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has heard enough.
        }
    }
}
