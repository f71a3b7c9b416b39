namespace DotProxy.Bench.Load;

/// <summary>
/// The sockets of a run: several, because a server with several sockets on a port is given clients by their port. One thread.
/// </summary>
internal sealed class LoadSockets : IDisposable
{
    private readonly LoadSocket[] _sockets;
    private readonly Kernel.PollDescriptor[] _polled;
    private readonly uint _limit;
    private uint _sent;
    private int _turn;

    /// <param name="limit">No more queries than this are sent.</param>
    public LoadSockets(int count, uint limit, Func<LoadSocket> open)
    {
        _limit = limit;
        _sockets = [.. Enumerable.Range(0, count).Select(_ => open())];
        _polled = [.. _sockets.Select(socket => new Kernel.PollDescriptor { Descriptor = socket.Descriptor, Events = Kernel.PollIn })];
    }

    public uint Sent => _sent;

    public bool IsDone => _sent >= _limit;

    public int Outstanding
    {
        get
        {
            int outstanding = 0;
            foreach (LoadSocket socket in _sockets) outstanding += socket.Outstanding.Count;
            return outstanding;
        }
    }

    public void SendOne() => _sent += (uint)_sockets[_turn++ % _sockets.Length].Send(IsDone ? 0 : 1, _sent);

    /// <summary>Sends until as many are outstanding as the window says, shared out evenly.</summary>
    public void FillUp(int window)
    {
        int room = (int)Math.Min(window - Outstanding, _limit - _sent), share = (window + _sockets.Length - 1) / _sockets.Length;
        for (int i = 0; i < _sockets.Length && room > 0; i++)
        {
            LoadSocket socket = _sockets[(_turn + i) % _sockets.Length];
            int sent = socket.Send(Math.Clamp(share - socket.Outstanding.Count, 0, room), _sent);
            _sent += (uint)sent;
            room -= sent;
        }
        _turn++;
    }

    /// <summary>Waits for answers and takes them.</summary>
    public void Receive(long wait, LoadTally tally)
    {
        Kernel.Poll(_polled, wait);
        for (int i = 0; i < _sockets.Length; i++)
        {
            if (_polled[i].Returned != 0) _sockets[i].Receive(tally);
        }
    }

    public void Expire(long limit, LoadTally tally)
    {
        foreach (LoadSocket socket in _sockets) socket.Outstanding.Expire(limit, tally);
    }

    public void Dispose()
    {
        foreach (LoadSocket socket in _sockets) socket.Dispose();
    }
}
