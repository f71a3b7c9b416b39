using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Conformance;

/// <summary>DNS transport over TCP: what can be shown without a connection.</summary>
public sealed class Rfc7766Tests
{
    // §6.2.1: "When sending multiple queries over a TCP connection, clients MUST NOT reuse the DNS Message ID of an in-flight
    // query on that connection in order to avoid Message ID collisions."
    [Fact]
    public void Section_6_2_1_no_ID_is_twice_in_flight_up_to_the_bound()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        var query = new FakeQuery("www.example.com");
        var ids = new HashSet<ushort>();
        for (int i = 0; i < InFlightTable.MaxSlots; i++)
        {
            Assert.True(table.TryAdd(query, i, out ushort id));
            Assert.True(ids.Add(id));
        }
        Assert.True(table.IsFull);
        Assert.False(table.TryAdd(query, 0, out _));
    }

    // §8: "DNS clients and servers SHOULD pass the two-octet length field, and the message described by that length field, to
    // the TCP layer at the same time (e.g., in a single "write" system call)".
    [Fact]
    public void Section_8_length_and_message_are_one_piece() =>
        WireGen.Query.Sample(query =>
        {
            byte[] room = new byte[QueryEncoder.MaxLength];
            int length = QueryEncoder.Write(new FakeQuery(query), 0xABCD, room);
            Assert.Equal(length - 2, BinaryPrimitives.ReadUInt16BigEndian(room));
            Assert.Equal(0xABCD, new ParsedMessage(room.AsSpan(2, length - 2)).Id);
        }, iter: 500);
}
