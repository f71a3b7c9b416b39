using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DotProxy.Bench.Faults;

/// <summary>One query: when it was sent, and when and by whom it was answered.</summary>
/// <param name="Answered">Negative while nobody has.</param>
/// <param name="Mark">The address in the answer; null where it was an error.</param>
internal sealed record Asked(TimeSpan Sent, TimeSpan Answered, IPAddress? Mark);

/// <summary>Asks for a new name at a steady rate over UDP, as clients do who know nothing of what goes on behind the proxy.</summary>
internal sealed class SteadyLoad(IPEndPoint proxy, int rate)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);
    private static readonly int s_run = Environment.ProcessId;

    private static int s_names;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Asked> _asked = [];
    private readonly Lock _lock = new();

    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Asks for so long, then waits for what is outstanding. The script runs beside it.</summary>
    public IReadOnlyList<Asked> Run(TimeSpan time, Action<SteadyLoad> script)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };
        socket.Connect(proxy);
        var receiving = new Thread(() => Receive(socket, time + s_patience)) { IsBackground = true };
        receiving.Start();
        var asking = new Thread(() => Ask(socket, time)) { IsBackground = true };
        asking.Start();
        script(this);
        asking.Join();
        receiving.Join();
        return _asked;
    }

    public void WaitUntil(TimeSpan moment)
    {
        if (moment > Now) Kernel.Nap(moment - Now);
    }

    private void Ask(Socket socket, TimeSpan time)
    {
        for (int i = 0; Now < time; i++)
        {
            WaitUntil(TimeSpan.FromSeconds(i / (double)rate));
            byte[] query = Query((ushort)i, Interlocked.Increment(ref s_names));
            lock (_lock) _asked.Add(new Asked(Now, TimeSpan.FromSeconds(-1), null));
            socket.Send(query, SocketFlags.None, out _);
        }
    }

    private void Receive(Socket socket, TimeSpan end)
    {
        byte[] buffer = new byte[4096];
        while (Now < end && !IsDone(end))
        {
            int length = socket.Receive(buffer, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) Note(buffer.AsSpan(0, length));
        }
    }

    private bool IsDone(TimeSpan end)
    {
        lock (_lock) return Now > end - s_patience && _asked.TrueForAll(asked => asked.Answered > TimeSpan.Zero);
    }

    private void Note(ReadOnlySpan<byte> answer)
    {
        int index = BinaryPrimitives.ReadUInt16BigEndian(answer);
        // The one record of an answer ends with the address; what the proxy puts behind it is its OPT, which is not asked for.
        bool isGood = (answer[3] & 15) == 0 && BinaryPrimitives.ReadUInt16BigEndian(answer[6..]) == 1;
        lock (_lock)
        {
            if (index < _asked.Count && _asked[index].Answered < TimeSpan.Zero)
                _asked[index] = _asked[index] with { Answered = Now, Mark = isGood ? new IPAddress(answer[^4..]) : null };
        }
    }

    private static byte[] Query(ushort id, int number)
    {
        string label = string.Create(CultureInfo.InvariantCulture, $"n{number}-{s_run}");
        return [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte)label.Length, .. Encoding.ASCII.GetBytes(label), 7, .. "example"u8, 0, 0, 1, 0, 1];
    }
}
