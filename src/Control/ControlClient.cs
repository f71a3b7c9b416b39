using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace DotProxy.Control;

/// <summary>Asks a running proxy over its control socket.</summary>
internal static class ControlClient
{
    // Our choices: longer than a cache of gigabytes takes to go through; more than any answer has.
    private const int PatienceMilliseconds = 15_000, LongestAnswer = 1024 * 1024, Chunk = 16 * 1024;

    /// <summary>The proxy's answer, or why there is none.</summary>
    public static ControlAnswer Ask(string path, string request)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            {
                SendTimeout = PatienceMilliseconds,
                ReceiveTimeout = PatienceMilliseconds,
            };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(request + "\n"));
            return ControlAnswer.TryDecode(ReadToEnd(socket), out ControlAnswer? answer) ? answer : Failed(path, "the answer is cut off, or no proxy's; ask again, or give another path");
        }
        catch (SocketException exception)
        {
            return Failed(path, Explain(path, exception));
        }
    }

    private static ReadOnlySpan<byte> ReadToEnd(Socket socket)
    {
        var octets = new ArrayBufferWriter<byte>(Chunk);
        for (int count = 1; count > 0 && octets.WrittenCount < LongestAnswer;)
        {
            count = socket.Receive(octets.GetSpan(Chunk));
            octets.Advance(count);
        }
        return octets.WrittenSpan;
    }

    private static string Explain(string path, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there; start the proxy with this --control, or give the path that it has",
        SocketError.AccessDenied => "permission denied; ask as the user that the proxy runs as, or as root",
        SocketError.TimedOut or SocketError.WouldBlock => "the proxy does not answer; its log may say why",
        _ when !File.Exists(path) => "there is no such socket; start the proxy with this --control, or give the path that it has",
        _ => exception.Message.TrimEnd('.'),
    };

    private static ControlAnswer Failed(string path, string cause) => ControlAnswer.Refused($"cannot ask at '{path}': {cause}");
}
