using System.Net;
using System.Net.Sockets;
using DotProxy.Listeners;
using DotProxy.Telemetry;

namespace DotProxy.Bench.Synthetic;

/// <summary>
/// The <c>echo</c> subcommand: answers over UDP by itself, with the program's own sockets and nothing behind them. What it costs
/// is the floor under every forwarder on this machine.
/// </summary>
internal static class EchoCommand
{
    public const string Usage = "--listen ADDR:PORT";

    private const int Batch = 64;
    private const int SocketBuffer = 4 * 1024 * 1024;

    public static int Run(string[] arguments)
    {
        IPEndPoint address = new Arguments(arguments, "--listen").LoopbackAddress("--listen");
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer,
        };
        socket.Bind(address);
        using var datagrams = DatagramSocket.Over(socket, new Counters());
        using DatagramBatch received = new(Batch, SyntheticZone.MaxAnswer), answers = new(Batch, SyntheticZone.MaxAnswer);
        while (datagrams.Receive(received))
        {
            for (int i = 0; i < received.Count; i++) Answer(received, i, answers);
            datagrams.Send(answers);
        }
        return 0;
    }

    private static void Answer(DatagramBatch received, int index, DatagramBatch answers)
    {
        var peer = default(DatagramPeer);
        received.GetPeer(index, ref peer);
        if (SyntheticZone.TryAnswer(received.Message(index), answers.Buffer(answers.Count), out int length)) answers.Add(peer, length);
    }
}
