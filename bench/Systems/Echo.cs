using System.Globalization;

namespace DotProxy.Bench.Systems;

/// <summary>No forwarder: the bench's own echo, the least that an answer over UDP can cost here. A cache's hit can at best come near it.</summary>
internal sealed class Echo : Forwarder
{
    public override string Name => "echo";

    public override string Program => Environment.ProcessPath!;

    public override string Version => "echo (answers by itself: the floor)";

    public override bool Forwards => false;

    public override string[] Prepare(Place place) =>
        [Program, "echo", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{place.Port}")];
}
