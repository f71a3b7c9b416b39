using System.Security.Cryptography;
using DotProxy.Bench.Load;
using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.LocalNames;
using DotProxy.Resolution;
using DotProxy.Upstreams;

namespace DotProxy.Bench.Micro;

/// <summary>The parts of a query's way, each as a loop.</summary>
internal sealed class QueryParts
{
    public const int Entries = 50_000;
    private const long CacheOctets = 16 * 1024 * 1024;

    private readonly Material _hot = new(NameSequence.Mixed(Entries, 100));
    private readonly Material _unique = new(NameSequence.Unique);
    private readonly OwnCache _cache = new(CacheOctets);
    private readonly byte[] _answer = new byte[WireLimits.UnfragmentedUdp];
    private readonly byte[] _room = new byte[WireLimits.UnfragmentedUdp];
    private readonly int _answerLength;
    private readonly BenchQuery[] _queries = new BenchQuery[512];
    private readonly LocalTable _local = new(hosts: null, routed: []);
    private readonly InFlightTable _inFlight = new(RandomNumberGenerator.Fill);
    private uint _place;

    /// <summary>What the loops found, so that no work is left out as useless.</summary>
    public long Found { get; private set; }

    public QueryParts()
    {
        Fill(_cache, new Material(NameSequence.EachOnce(Entries)), Entries);
        _answerLength = Material.Answer(_hot.Query(0), _answer);
        for (int i = 0; i < _queries.Length; i++)
        {
            _queries[i] = new BenchQuery();
            _queries[i].Begin(_hot.Query(i));
        }
    }

    public IEnumerable<(string Title, Action<int> Loop)> All =>
    [
        ("screen a query", Screen),
        ("look whether its name stays at home", LookLocal),
        ($"key and look-up, hit among {Entries:N0}", LookUpHit),
        ("key and look-up, miss", LookUpMiss),
        ("count the TTLs down", PatchTtl),
        ("write the reply to a hit", WriteReply),
        ("a whole hit: screen, key, look-up, reply", WholeHit),
        ("encode a query for the upstream", Encode),
        ("add to the in-flight table, take out", AddAndTake),
        ("take an answer apart, find its lifetime", TakeApart),
    ];

    /// <summary>Fills a full cache further: each entry put evicts another. Apart, for it ruins the warm cache.</summary>
    public Action<int> PutEvicting()
    {
        var full = new OwnCache(CacheOctets);
        Loop(4 * Material.Queries);
        return Loop;

        void Loop(int count)
        {
            Span<byte> query = stackalloc byte[LoadNames.QueryLength];
            ReadOnlySpan<byte> answer = _answer.AsSpan(0, _answerLength);
            for (int i = 0; i < count; i++)
            {
                _unique.Write(_place++, query);
                full.Put(query[WireLimits.Header..], answer);
            }
        }
    }

    public static void Fill(CacheUnderTest cache, Material names, int count)
    {
        Span<byte> answer = stackalloc byte[WireLimits.UnfragmentedUdp];
        for (int i = 0; i < count; i++)
        {
            int length = Material.Answer(names.Query(i), answer);
            cache.Put(names.Question(i), answer[..length]);
        }
    }

    private void Screen(int count)
    {
        for (int i = 0; i < count; i++) Found += QueryScreen.Screen(_hot.Query(i)).Question.Length;
    }

    private void LookLocal(int count)
    {
        for (int i = 0; i < count; i++) Found += _local.TryAnswer(_hot.Question(i), out _) ? 1 : 0;
    }

    private void LookUpHit(int count)
    {
        for (int i = 0; i < count; i++) Found += _cache.TryCopy(_hot.Question(i), _room) ? 1 : 0;
    }

    private void LookUpMiss(int count)
    {
        for (int i = 0; i < count; i++) Found += _cache.TryCopy(_unique.Question(i), _room) ? 1 : 0;
    }

    private void PatchTtl(int count)
    {
        int start = WireLimits.Header + Material.QuestionLength;
        Span<byte> message = _answer.AsSpan(0, start + 16);
        var change = new TtlChange { Age = 0, Ceiling = int.MaxValue };
        for (int i = 0; i < count; i++) change.Apply(message, start);
    }

    private void WriteReply(int count)
    {
        ScreenedMessage message = QueryScreen.Screen(_hot.Query(0));
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        _cache.Cache.TryRead(QuestionKey.Create(message.Question, dnssecOk: false, checkingDisabled: false, room), out CachedAnswer found);
        for (int i = 0; i < count; i++) Found += Reply(message, found);
    }

    private void WholeHit(int count)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        for (int i = 0; i < count; i++)
        {
            ScreenedMessage message = QueryScreen.Screen(_hot.Query(i));
            var key = QuestionKey.Create(message.Question, message.Requestor.DnssecOk, checkingDisabled: false, room);
            if (_cache.Cache.TryRead(key, out CachedAnswer found)) Found += Reply(message, found);
        }
    }

    private int Reply(scoped in ScreenedMessage message, scoped in CachedAnswer found)
    {
        var outcome = Outcome.Recalled(found.Parts, new TtlChange { Age = 1, Ceiling = 86_400 }, default);
        return ReplyWriter.Write(message.Requestor, message.Question, outcome, _room.AsSpan(0, message.Requestor.UdpLimit));
    }

    private void Encode(int count)
    {
        for (int i = 0; i < count; i++) Found += QueryEncoder.Write(_queries[i & (_queries.Length - 1)], (ushort)i, _room);
    }

    /// <summary>With as many in flight as a busy connection has.</summary>
    private void AddAndTake(int count)
    {
        Span<ushort> ids = stackalloc ushort[_queries.Length];
        for (int done = 0; done < count; done += _queries.Length)
        {
            for (int i = 0; i < _queries.Length; i++) _inFlight.TryAdd(_queries[i], 1, out ids[i]);
            for (int i = 0; i < _queries.Length; i++) Found += _inFlight.TryTake(ids[i], _hot.Question(i), out _) ? 1 : 0;
        }
    }

    private void TakeApart(int count)
    {
        var policy = new CachePolicy();
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, _answerLength);
        for (int i = 0; i < count; i++)
        {
            if (AnswerParts.TryRead(answer, Material.QuestionLength, out AnswerParts parts) && AnswerLifetime.TryFind(answer, parts, policy, out AnswerLifetime lifetime))
                Found += lifetime.Seconds;
        }
    }
}
