namespace DotProxy.Bench.Faults;

/// <summary>Where a run has its files and its processors.</summary>
internal sealed record FaultPlace(string Directory, string Certificates, string UpstreamName, int[] Cores)
{
    public string Authority => Path.Combine(Certificates, "ca.pem");

    public string Certificate(string name) => Path.Combine(Certificates, name + ".pem");

    public string Key(string name) => Path.Combine(Certificates, name + ".key");
}
