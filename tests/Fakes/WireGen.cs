using CsCheck;
using DotProxy.Dns;

namespace DotProxy.Tests.Fakes;

/// <summary>Random messages: well-formed ones, and ones that something has happened to.</summary>
internal static class WireGen
{
    /// <summary>Labels of any octets; together at most 255, the closing zero included.</summary>
    public static readonly Gen<byte[]> Name =
        Gen.Byte.Array[1, 63].Array[0, 8].Select(labels =>
        {
            var name = new List<byte>();
            foreach (byte[] label in labels)
            {
                if (name.Count + label.Length + 2 > WireLimits.Name) break;
                name.Add((byte)label.Length);
                name.AddRange(label);
            }
            return (byte[])[.. name, 0];
        });

    /// <summary>Any type but those that are answered here (OPT, AXFR, IXFR), any class.</summary>
    public static readonly Gen<byte[]> Question =
        Gen.Select(Name, Gen.UShort.Where(type => type is not (Messages.TypeOpt or Messages.TypeAxfr or Messages.TypeIxfr)), Gen.UShort,
            (name, type, @class) => Messages.Question(name, type, @class));

    private static readonly Gen<byte[]> s_option =
        Gen.Select(Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, 65535]), Gen.Byte.Array[0, 12], (code, data) => Messages.Option(code, data));

    public static readonly Gen<byte[]> Opt =
        Gen.Select(Gen.UShort, Gen.UShort, s_option.Array[0, 4], (size, flags, options) => Messages.Opt(size, 0, 0, flags, options));

    // Mostly short, because chance is dear; long often enough that answers outgrow a datagram.
    private static readonly Gen<byte[]> s_data = Gen.Frequency((7, Gen.Byte.Array[0, 8]), (1, Gen.Byte.Array[100, 255]));

    private static readonly Gen<byte[]> s_record =
        Gen.Select(Gen.Frequency((4, Gen.Const(Messages.PointerToQuestion)), (1, Name)), Gen.UShort.Where(type => type != Messages.TypeOpt), Gen.UInt, s_data,
            (owner, type, ttl, data) => Messages.Record(owner, type, ttl, data));

    /// <summary>A well-formed query, with any flags but QR and the opcode, and with or without OPT.</summary>
    public static readonly Gen<byte[]> Query =
        Gen.Select(Question, Gen.UShort, Gen.UShort, Gen.OneOf(Gen.Const((byte[]?)null), Opt!),
            (question, id, flags, opt) => Messages.Query(question, id, (HeaderFlags)flags & ~(HeaderFlags.Response | HeaderFlags.OpcodeMask), opt));

    private static readonly Gen<byte[]> s_answerOpt =
        Gen.Select(Gen.Byte, Gen.UShort, s_option.Array[0, 4], (rcode, flags, options) => Messages.Opt(1232, rcode, 0, flags, options));

    /// <summary>A well-formed answer to a question, with records in all sections and perhaps OPT, anywhere in the last.</summary>
    public static Gen<byte[]> Answer(byte[] question) =>
        Gen.Select(Gen.UShort, s_record.Array[0, 10], s_record.Array[0, 3], Gen.OneOf(Gen.Const((byte[]?)null), s_answerOpt!), s_record.Array[0, 3],
            (flags, answers, authority, opt, additional) => Messages.Compose(
                0x4321, (HeaderFlags)flags | HeaderFlags.Response, [question], answers, authority,
                opt is null ? additional : [.. additional.Take(1), opt, .. additional.Skip(1)]));

    /// <summary>The message after up to three accidents: octets changed, cut off, put in or moved.</summary>
    public static Gen<byte[]> Mutated(Gen<byte[]> message) =>
        Gen.Select(message, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4096], Gen.Byte).Array[1, 3],
            (octets, accidents) => accidents.Aggregate(octets, (result, accident) => Mutate(result, accident.Item1, accident.Item2, accident.Item3)));

    private static byte[] Mutate(byte[] octets, int kind, int where, byte value)
    {
        if (octets.Length == 0) return [value];
        int at = where % octets.Length;
        switch (kind)
        {
            case 0:
                return octets[..at];
            case 1:
                return [.. octets[..at], value, .. octets[at..]];
            case 2:
                return [.. octets, .. octets[at..]];
            default:
                byte[] changed = [.. octets];
                // Lengths, counts and pointers are what parsers stumble over: they are the likelier victims near the start.
                changed[kind == 3 ? at : at % Math.Min(octets.Length, 32)] = value;
                return changed;
        }
    }
}
