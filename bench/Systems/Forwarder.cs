namespace DotProxy.Bench.Systems;

/// <summary>Where a system runs: its directory, the port it answers on, and the upstream that it must ask and check.</summary>
internal sealed record Place(string Directory, int Port, int UpstreamPort, string UpstreamName, string CaFile);

/// <summary>A DNS-over-TLS forwarder, set up as well as it can be for one core and without a cache.</summary>
internal abstract class Forwarder
{
    public abstract string Name { get; }

    public abstract string Program { get; }

    public bool IsInstalled => Tool.Find(Program) is not null;

    public abstract string Version { get; }

    /// <summary>Writes its configuration and returns the command that starts it in the foreground.</summary>
    public abstract string[] Prepare(Place place);
}
