using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace DotProxy.Configuration;

/// <summary>A server to ask in clear, for the names that are routed to it and no others.</summary>
internal sealed class PlainSpec(IPEndPoint address, bool overTcp)
{
    public const string Form = "udp://ADDRESS[:PORT] or tcp://ADDRESS[:PORT], such as udp://192.168.1.1";

    public IPEndPoint Address => address;

    public bool OverTcp => overTcp;

    private const string Udp = "udp://", Tcp = "tcp://";

    public override string ToString() => $"{(OverTcp ? Tcp : Udp)}{Address}";

    public static bool IsMeantBy(string text) => text.StartsWith(Udp, StringComparison.OrdinalIgnoreCase) || text.StartsWith(Tcp, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads what <see cref="IsMeantBy"/> has seen; <paramref name="error"/> says what would be right.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PlainSpec? value, out string error)
    {
        string place = text[Udp.Length..];
        error = EndPointText.TryParse(place, ListenAddress.DefaultPort, out IPEndPoint? endPoint, out string fault)
            ? Refusal(endPoint)
            : fault.Length > 0 ? $"in '{place}', {fault}" : $"'{place}' is no IP address of a host with an optional port; expected {Form}";
        value = error.Length == 0 ? new PlainSpec(endPoint!, text.StartsWith(Tcp, StringComparison.OrdinalIgnoreCase)) : null;
        return value is not null;
    }

    private static string Refusal(IPEndPoint endPoint)
    {
        if (endPoint.Port == 0) return $"'{endPoint}' has port 0, where nobody can listen; expected {Form}";
        if (!UpstreamSpec.IsOneHost(endPoint.Address)) return $"'{endPoint}' is no address of one host; expected {Form}";
        if (endPoint.Address.IsIPv4MappedToIPv6) return $"an IPv4 address is written as such: {endPoint.Address.MapToIPv4()}:{endPoint.Port}";
        return endPoint.Address is { IsIPv6LinkLocal: true, ScopeId: 0 } ? $"a link-local address needs its interface, such as [{endPoint.Address}%eth0]" : "";
    }
}
