using System.Globalization;

namespace DotProxy.Bench.Systems;

/// <summary>
/// dnsdist, forwarding all over TLS. Without <c>maxInFlight</c> it would not pipeline; its vectors, buffers and limits are
/// raised. Its packet cache has room for all that it is asked for.
/// </summary>
internal sealed class Dnsdist : Forwarder
{
    private const string PacketCache = "getPool(''):setCache(newPacketCache(2000000, {maxTTL=86400, minTTL=0, numberOfShards=20}))";

    public override string Name => "dnsdist";

    public override string Program => "dnsdist";

    public override string Version => Tool.VersionLine(Program, "--version").Split(" (")[0];

    public override string[] Prepare(Place place)
    {
        string file = Path.Combine(place.Directory, "dnsdist.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            setSecurityPollSuffix('')
            setACL({'127.0.0.0/8'})
            setMaxUDPOutstanding(65535)
            setUDPMultipleMessagesVectorSize(32)
            setUDPSocketBufferSizes(4194304, 4194304)
            setMaxTCPClientThreads(1)
            setMaxTCPQueuedConnections(10000)
            setTCPInternalPipeBufferSize(1048576)
            setMaxCachedTCPConnectionsPerDownstream(32)
            setServerPolicy(firstAvailable)
            addLocal('127.0.0.1:{{place.Port}}', {reusePort=true, maxInFlight=1000})
            newServer({address='127.0.0.1:{{place.UpstreamPort}}', name='upstream', tls='openssl', subjectName='{{place.UpstreamName}}',
                caStore='{{place.CaFile}}', validateCertificates=true, maxInFlight=1000, retries=3, useClientSubnet=false,
                checkInterval=1, maxCheckFailures=3})
            {{(place.WithCache ? PacketCache : "")}}

            """));
        return [Tool.Find(Program)!, "--supervised", "--disable-syslog", "-C", file];
    }
}
