using System.Globalization;

namespace DotProxy.Bench.Systems;

/// <summary>The binary under test, with the flags it was given beside those that say whom to ask.</summary>
internal sealed class DotProxyBinary(string binary, string[] flags) : Forwarder
{
    public override string Name => "dotproxy";

    public override string Program => binary;

    public override string Version => Tool.VersionLine(binary, "--version");

    public override string[] Prepare(Place place) =>
    [
        Tool.Find(binary)!,
        "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{place.Port}"),
        "--upstream", string.Create(CultureInfo.InvariantCulture, $"tls://127.0.0.1:{place.UpstreamPort}#{place.UpstreamName}"),
        "--ca-file", place.CaFile,
        .. place.WithCache ? (string[])[] : ["--cache-size", "0"],
        .. flags,
    ];
}
