using System.Globalization;
using System.Net;

namespace DotProxy.Tests.Fakes;

/// <summary>The published native binary, listening on a loopback port that the system picked.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private ProxyProcess(BackgroundProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public BackgroundProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public string Port => EndPoint.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Starts it before that upstream, trusting the test CA, and waits until it listens.</summary>
    public static async Task<ProxyProcess> StartAsync(string upstream, params string[] more)
    {
        var process = new BackgroundProcess(
            Repository.Binary, ["--listen", "127.0.0.1:0", "--upstream", upstream, "--ca-file", TestCertificates.Authority, .. more]);
        return await WaitAsync(process);
    }

    public static async Task<ProxyProcess> WaitAsync(BackgroundProcess process)
    {
        try
        {
            string line = await process.WaitForLineAsync("listening on ");
            string address = line.Split("listening on ")[1].Split(' ')[0];
            return new ProxyProcess(process, IPEndPoint.Parse(address));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
