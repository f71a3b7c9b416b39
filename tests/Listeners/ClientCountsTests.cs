using System.Net;
using CsCheck;
using DotProxy.Listeners;

namespace DotProxy.Tests.Listeners;

public sealed class ClientCountsTests
{
    private static readonly IPAddress s_a = IPAddress.Parse("192.0.2.1"), s_b = IPAddress.Parse("2001:db8::1");

    [Fact]
    public void One_address_has_its_bound_and_others_are_not_hindered_by_it()
    {
        var counts = new ClientCounts(maxTotal: 10, maxPerAddress: 2);
        Assert.True(counts.TryAdd(s_a, out _));
        Assert.True(counts.TryAdd(s_a, out _));
        Assert.False(counts.TryAdd(s_a, out string reason));
        Assert.Equal("one address holds 2 connections", reason);
        Assert.True(counts.TryAdd(s_b, out _));
        counts.Remove(s_a);
        Assert.True(counts.TryAdd(s_a, out _));
    }

    [Fact]
    public void All_together_have_theirs()
    {
        var counts = new ClientCounts(maxTotal: 2, maxPerAddress: 2);
        Assert.True(counts.TryAdd(s_a, out _));
        Assert.True(counts.TryAdd(s_b, out _));
        Assert.False(counts.TryAdd(IPAddress.Loopback, out string reason));
        Assert.Equal("2 clients are connected", reason);
        Assert.Equal(2, counts.Total);
    }

    // RFC 9076: who the client is belongs in no log line.
    [Fact]
    public void The_reason_names_no_address()
    {
        var counts = new ClientCounts(maxTotal: 2, maxPerAddress: 1);
        Assert.True(counts.TryAdd(s_a, out _));
        Assert.False(counts.TryAdd(s_a, out string reason));
        Assert.DoesNotContain(s_a.ToString(), reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_order_of_coming_and_going_keeps_both_bounds() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 4], Gen.Select(Gen.Int[0, 4], Gen.Bool).Array[0, 200]).Sample((maxTotal, maxPerAddress, steps) =>
        {
            var counts = new ClientCounts(maxTotal, maxPerAddress);
            int[] model = new int[5];
            foreach ((int client, bool comes) in steps)
            {
                var address = new IPAddress([192, 0, 2, (byte)client]);
                if (comes)
                {
                    bool expected = model.Sum() < maxTotal && model[client] < maxPerAddress;
                    if (counts.TryAdd(address, out _) != expected) return false;
                    if (expected) model[client]++;
                }
                else if (model[client] > 0)
                {
                    counts.Remove(address);
                    model[client]--;
                }
                if (counts.Total != model.Sum()) return false;
            }
            return true;
        }, iter: 300);
}
