using System.Net.Sockets;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class UpstreamSocketTests
{
    [Fact]
    public void The_kernel_is_told_how_long_what_was_sent_may_stay_unacknowledged()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the option is Linux's");
        using Socket socket = UpstreamSocket.Create(AddressFamily.InterNetwork, TimeSpan.FromSeconds(2));
        Assert.True(socket.NoDelay);
        byte[] milliseconds = new byte[sizeof(uint)];
        Assert.Equal(sizeof(uint), socket.GetRawSocketOption(optionLevel: 6, optionName: 18, milliseconds));
        Assert.Equal(2000u, BitConverter.ToUInt32(milliseconds));
    }
}
