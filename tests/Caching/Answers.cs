using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>What an upstream says to a question.</summary>
internal static class Answers
{
    public const int TypeCname = 5, TypeAny = 255;
    public const int ServFail = 2, NameError = 3, NotImplemented = 4, Refused = 5;

    private const HeaderFlags Usual = HeaderFlags.Response | HeaderFlags.RecursionDesired | HeaderFlags.RecursionAvailable;

    public static byte[] Address(string name, uint ttl = 300, string address = "192.0.2.1") =>
        Messages.Answer(Messages.Question(name), [Messages.Address(address, ttl)], Messages.Opt());

    public static byte[] NoSuchName(string name, uint soaTtl = 3600, uint minimum = 60) => Negative(name, NameError, Soa(soaTtl, minimum));

    public static byte[] NoSuchData(string name, uint soaTtl = 3600, uint minimum = 60) => Negative(name, 0, Soa(soaTtl, minimum));

    public static byte[] Negative(string name, int rcode, params byte[][] authority) =>
        Messages.Compose(1, Usual | (HeaderFlags)rcode, [Messages.Question(name)], [], authority, [Messages.Opt()]);

    public static byte[] Error(string name, int rcode) => Messages.Compose(1, Usual | (HeaderFlags)rcode, [Messages.Question(name)]);

    public static byte[] Of(string name, int type, params byte[][] records) =>
        Messages.Compose(1, Usual, [Messages.Question(name, type)], records, [], [Messages.Opt()]);

    public static byte[] Soa(uint ttl, uint minimum) => Messages.Record(
        Messages.Name("example.com"), Messages.TypeSoa, ttl,
        [.. Messages.Name("ns.example.com"), .. Messages.Name("root.example.com"), .. Long(1), .. Long(7200), .. Long(900), .. Long(1209600), .. Long(minimum)]);

    public static byte[] Long(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
