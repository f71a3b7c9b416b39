using System.Diagnostics.CodeAnalysis;

namespace DotProxy.Configuration;

/// <summary>The upstreams of a file that have tables of their own, for what no list of theirs could say.</summary>
internal static class UpstreamTables
{
    public const string Header = "upstream";

    // Our choice: a name stands in log lines and in the errors that clients get.
    private const int LongestName = 63;

    // Our choice: the key in use, and spare ones (RFC 7469 §4.3).
    private const int MostPins = 16;

    private const string Spec = "spec", Name = "name", Pins = "pins", PinOnly = "pin-only", CaFile = "ca-file", ClientCertificate = "client-cert", ClientKey = "client-key";

    /// <summary>What a table may have, in the order in which the manual shows it.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Spec, Name, Pins, PinOnly, CaFile, ClientCertificate, ClientKey];

    public static bool IsPath(string key) => key is CaFile or ClientCertificate or ClientKey;

    public static bool IsList(string key) => key is Pins;

    /// <summary>In the order of the file; empty where it has none.</summary>
    /// <exception cref="StartException">Something in one is unknown or wrong.</exception>
    public static IReadOnlyList<UpstreamSpec> Read(ConfigFile file)
    {
        List<UpstreamSpec> read = [];
        foreach (TableReader table in file.Tables(Header))
        {
            UpstreamSpec spec = Read(table);
            if (table.One<string>(Name, TryParseName) is not null && read.Exists(other => other.Name == spec.Name))
                throw new StartException($"{table.SourceOf(Name)} '{spec.Name}': another upstream has it; names that differ would tell them apart");
            read.Add(spec);
        }
        return read;
    }

    private static UpstreamSpec Read(TableReader table)
    {
        table.RefuseOthers(Keys);
        UpstreamSpec spec = table.One<UpstreamSpec>(Spec, UpstreamSpec.TryParse)
            ?? throw new StartException($"{table.Source}: {Spec} is missing; {Spec} = \"tls://9.9.9.9#dns.quad9.net\" would be right, or a preset's name");
        var tls = new UpstreamTls
        {
            Pins = table.Many<string>(Pins, Pin.TryParse),
            IsPinOnly = table.One<bool>(PinOnly, SettingParsers.Switch),
            CaFile = table.File(CaFile),
            ClientCertificate = table.File(ClientCertificate),
            ClientKey = table.File(ClientKey),
        };
        if (tls.Pins.Count > MostPins) throw new StartException($"{table.SourceOf(Pins)}: {tls.Pins.Count} are given; {MostPins} are the most");
        if (tls is { IsPinOnly: true, Pins: [] }) throw new StartException($"{table.SourceOf(PinOnly)} 'true': there are no {Pins} to go by; give some, or leave it out");
        if (tls is { ClientKey: { } key, ClientCertificate: null })
            throw new StartException($"{key.Source} '{key.Path}': there is no certificate for it; give {ClientCertificate} too");
        return spec with { Name = table.One<string>(Name, TryParseName) ?? spec.Name, Source = table.SourceOf(Spec), Tls = tls == UpstreamTls.Common ? UpstreamTls.Common : tls };
    }

    private static bool TryParseName(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        value = text;
        expected = $"expected letters, digits, '.', '-' or '_', {LongestName} at most";
        return text.Length is > 0 and <= LongestName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
    }
}
