namespace DotProxy.Configuration;

/// <summary>What connections to one upstream are made with, as far as it is not what holds for all.</summary>
internal sealed record UpstreamTls
{
    /// <summary>Nothing of its own.</summary>
    public static UpstreamTls Common { get; } = new();

    /// <summary>Of which the server's key, or that of an authority above it, must be one (<see cref="Pin"/>); empty for any key.</summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Whether the pins alone decide: neither chain nor dates nor name are judged, and only the server's own key counts.</summary>
    public bool IsPinOnly { get; init; }

    /// <summary>Authorities to trust here, and no others.</summary>
    public GivenFile? CaFile { get; init; }

    /// <summary>PEM, leaf first, to present here.</summary>
    public GivenFile? ClientCertificate { get; init; }

    /// <summary>PEM; null where <see cref="ClientCertificate"/> holds the key too.</summary>
    public GivenFile? ClientKey { get; init; }
}
