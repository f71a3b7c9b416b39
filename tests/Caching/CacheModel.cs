using System.Buffers.Binary;
using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>
/// Does random things to the caching stage, and checks each reply against what the upstream has said of that name so far. An
/// address says whose it is and which answer brought it.
/// </summary>
internal sealed class CacheModel : IDisposable
{
    private static readonly CachePolicy s_policy = new() { MaxTtl = 300, StaleFor = 100 };

    private readonly CacheHouse _house = new(s_policy, AnswerCache.MinShard);
    private readonly Dictionary<int, (int Version, double At, uint Ttl)> _latest = [];
    private readonly List<(Client Client, int Name, double AskedAt)> _waiting = [];
    private double _now;
    private int _version;

    public bool Run((int Kind, int Name, int Value)[] steps)
    {
        bool isSound = true;
        foreach ((int kind, int name, int value) in steps)
        {
            switch (kind)
            {
                case < 50:
                    _waiting.Add((_house.Ask(CacheHouse.Query(NameOf(name))), name, _now));
                    break;
                case < 72:
                    if (_house.Next.Open > 0) _house.Next.CompleteWith(question => Answer(question, (uint)value));
                    break;
                case < 78:
                    if (_house.Next.Open > 0) _house.Next.Fail(value < 300 ? Resolution.Sample.Failure : Failure.QueueFull);
                    break;
                case < 82:
                    if (_house.Next.Open > 0) _house.Next.CompleteWith(question => Messages.Answer(question, [], flags: (HeaderFlags)Answers.ServFail));
                    break;
                case < 85:
                    _house.Next.Outage = value < 200 ? Resolution.Sample.Failure : null;
                    break;
                default:
                    _house.Pass(value / 4.0);
                    _now += value / 4.0;
                    break;
            }
            isSound &= CheckReplies();
        }
        while (_house.Next.Open > 0) _house.Next.Fail(Failure.ShuttingDown);
        return isSound & CheckReplies() && _waiting.Count == 0;
    }

    public void Dispose() => _house.Dispose();

    private static string NameOf(int name) => $"n{name}.example.com";

    private byte[] Answer(byte[] question, uint ttl)
    {
        int name = question[2] - '0';
        _latest[name] = (++_version, _now, ttl);
        // A name may come to have nothing of the type: then the SOA says for how long.
        byte[] data = [(byte)name, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), (ushort)_version);
        return Messages.Answer(question, [Messages.Record(Messages.PointerToQuestion, Messages.TypeA, ttl, data)]);
    }

    private bool CheckReplies()
    {
        bool isSound = true;
        foreach ((Client client, int name, _) in _waiting.Where(asked => asked.Client.IsAnswered)) isSound &= IsSound(client.Reply, name);
        _waiting.RemoveAll(asked => asked.Client.IsAnswered);
        return isSound;
    }

    private bool IsSound(ParsedMessage reply, int name)
    {
        if (reply.Rcode == Answers.ServFail) return reply.Answers.Count == 0;
        if (reply.Rcode != 0 || !_latest.TryGetValue(name, out (int Version, double At, uint Ttl) latest)) return false;
        ParsedRecord record = Assert.Single(reply.Answers);
        bool isItsOwn = record.Data[0] == name && BinaryPrimitives.ReadUInt16BigEndian(record.Data.AsSpan(2)) == (ushort)latest.Version;
        uint ttl = Math.Min(latest.Ttl, s_policy.MaxTtl);
        double end = latest.At + ttl;
        // Time is counted in whole seconds: up to one of them is given too much.
        bool isInTime = latest.At == _now ? record.TimeToLive <= latest.Ttl : _now < end && _now + record.TimeToLive < end + 1;
        bool isStale = reply.Opt!.ExtendedErrors.Any(error => error.Code == 3);
        return isItsOwn && (isStale ? record.TimeToLive == 30 && _now > end - 1 && _now < end + s_policy.StaleFor : isInTime);
    }
}
