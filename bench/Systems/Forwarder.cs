namespace DotProxy.Bench.Systems;

/// <summary>
/// Where and how a system runs: its directory, the port it answers on, the upstream that it must ask and check, and whether it
/// remembers answers.
/// </summary>
internal sealed record Place(string Directory, int Port, int UpstreamPort, string UpstreamName, string CaFile, bool WithCache);

/// <summary>A DNS-over-TLS forwarder, set up as well as it can be for one core.</summary>
internal abstract class Forwarder
{
    public abstract string Name { get; }

    public abstract string Program { get; }

    public bool IsInstalled => Tool.Find(Program) is not null;

    public abstract string Version { get; }

    /// <summary>False for what answers by itself: it is asked only what a cache would answer, over UDP.</summary>
    public virtual bool Forwards => true;

    /// <summary>Writes its configuration and returns the command that starts it in the foreground.</summary>
    public abstract string[] Prepare(Place place);
}
