using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

public sealed class CachingResolverTests : IDisposable
{
    private const string Name = "www.example.com";

    private readonly CacheHouse _house = new();

    [Fact]
    public void A_repeated_question_is_answered_from_memory_with_TTLs_that_count_down()
    {
        ParsedMessage first = _house.Ask(CacheHouse.Query(Name), Answers.Of(Name, Messages.TypeA, Messages.Address("192.0.2.1", 300), Messages.Address("192.0.2.2", 400)));
        _house.Pass(100);
        ParsedMessage reply = _house.Recall(Name);
        Assert.Equal([300u, 400u], first.Answers.Select(record => record.TimeToLive));
        Assert.Equal([200u, 300u], reply.Answers.Select(record => record.TimeToLive));
        Assert.Equal(first.Answers.Select(record => record.Data), reply.Answers.Select(record => record.Data));
        _house.Pass(200);
        Assert.True(_house.Misses(Name));
        Assert.Equal((1, 2), (_house.Counters.CacheHits.Value, _house.Counters.CacheMisses.Value));
    }

    [Fact]
    public void Each_client_gets_its_own_ID_letter_case_RD_CD_and_OPT()
    {
        _house.Ask(CacheHouse.Query(Name), Messages.Answer(Messages.Question(Name), opt: Messages.Opt(), flags: HeaderFlags.AuthoritativeAnswer));
        byte[] question = Messages.Question("wWw.ExAmPlE.cOm");
        ParsedMessage reply = _house.Recall(Messages.Query(question, id: 0xBEEF, flags: HeaderFlags.None));
        Assert.Equal(0xBEEF, reply.Id);
        Assert.Equal([question], reply.Questions);
        Assert.False(reply.Has(HeaderFlags.RecursionDesired));
        Assert.True(reply.Has(HeaderFlags.RecursionAvailable));
        Assert.Null(reply.Opt);
        // It is from memory, not from the authority.
        Assert.False(reply.Has(HeaderFlags.AuthoritativeAnswer));
        Assert.NotNull(_house.Recall(Name).Opt);
    }

    // RFC 6891 §6.2.6 (hop by hop): what the upstream's OPT said was for the one connection.
    [Fact]
    public void OPT_is_never_remembered()
    {
        byte[] opt = Messages.Opt(options: [Messages.ExtendedError(6, "bogus"), Messages.Option(Messages.OptionCookie, 1, 2, 3, 4, 5, 6, 7, 8)]);
        ParsedMessage first = _house.Ask(CacheHouse.Query(Name), Messages.Answer(Messages.Question(Name), opt: opt));
        Assert.Single(first.Opt!.ExtendedErrors);
        Assert.Empty(_house.Recall(Name).Opt!.Options);
    }

    // RFC 6840 §5.7, §5.8. The lookup itself asks with AD, so that the bit is there for whoever understands it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AD_comes_back_only_to_those_who_asked_for_it(bool asked)
    {
        HeaderFlags flags = HeaderFlags.RecursionDesired | (asked ? HeaderFlags.AuthenticData : HeaderFlags.None);
        _house.Ask(CacheHouse.Query(Name), Messages.Answer(Messages.Question(Name), flags: HeaderFlags.AuthenticData));
        Assert.True((_house.Next.LastRequestor.Flags & HeaderFlags.AuthenticData) != 0);
        Assert.Equal(asked, _house.Recall(CacheHouse.Query(Name, flags: flags)).Has(HeaderFlags.AuthenticData));
    }

    [Fact]
    public void DO_and_CD_are_questions_of_their_own()
    {
        byte[] plain = CacheHouse.Query(Name), dnssec = Messages.Query(Name, opt: Messages.Opt(flags: Messages.DnssecOk));
        byte[] unchecking = CacheHouse.Query(Name, flags: HeaderFlags.RecursionDesired | HeaderFlags.CheckingDisabled);
        byte last = 1;
        foreach (byte[] query in (byte[][])[plain, dnssec, unchecking]) _house.Ask(query, Answers.Address(Name, address: $"192.0.2.{last++}"));
        last = 1;
        foreach (byte[] query in (byte[][])[plain, dnssec, unchecking]) Assert.Equal(last++, Assert.Single(_house.Recall(query).Answers).Data[3]);
        Assert.True((_house.Next.LastRequestor.Flags & HeaderFlags.CheckingDisabled) != 0);
    }

    // What is not asked recursively is for the upstream's own memory; ours answers it where it can, and keeps nothing of it.
    [Fact]
    public void Without_RD_an_answer_is_not_remembered_and_goes_to_the_one_who_asked()
    {
        byte[] query = CacheHouse.Query(Name, flags: HeaderFlags.None);
        Client first = _house.Ask(query), second = _house.Ask(query);
        Assert.Equal(2, _house.Next.Open);
        _house.Next.Answer(Answers.Address(Name));
        _house.Next.Answer(Answers.Address(Name));
        Assert.True(first.IsAnswered && second.IsAnswered);
        Assert.Equal(0, _house.Cache.Count);
    }

    [Fact]
    public void A_truncated_answer_is_passed_on_and_not_remembered()
    {
        Assert.True(_house.Ask(CacheHouse.Query(Name), Messages.Answer(Messages.Question(Name), flags: HeaderFlags.Truncated)).IsTruncated);
        Assert.Equal(0, _house.Cache.Count);
    }

    // RFC 1035 §3.2.1: a TTL of zero is for the transaction in progress.
    [Fact]
    public void A_TTL_of_zero_is_not_remembered_not_even_one_among_others()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Of(Name, Messages.TypeA, Messages.Address("192.0.2.1", 300), Messages.Address("192.0.2.2", 0)));
        Assert.Equal(0, _house.Cache.Count);
    }

    // RFC 8482: what the upstream gives to ANY is its answer, also the next time, and not that to any one type.
    [Fact]
    public void ANY_is_a_question_of_its_own()
    {
        byte[] hinfo = Messages.Record(Messages.PointerToQuestion, 13, 3600, [7, .. "RFC8482"u8, 0]);
        _house.Ask(CacheHouse.Query(Name, Answers.TypeAny), Answers.Of(Name, Answers.TypeAny, hinfo));
        Assert.Equal(13, Assert.Single(_house.Recall(CacheHouse.Query(Name, Answers.TypeAny)).Answers).Type);
        Assert.True(_house.Misses(Name));
        Assert.True(_house.Misses(CacheHouse.Query(Name, 13)));
    }

    [Fact]
    public void Answers_are_remembered_for_the_least_time_that_is_set_and_say_so()
    {
        using var house = new CacheHouse(new CachePolicy { MinTtl = 60 });
        ParsedMessage first = house.Ask(CacheHouse.Query(Name), Answers.Of(Name, Messages.TypeA, Messages.Address("192.0.2.1", 0), Messages.Address("192.0.2.2", 90)));
        Assert.Equal([60u, 90u], first.Answers.Select(record => record.TimeToLive));
        house.Pass(59);
        Assert.Equal([1u, 31u], house.Ask(Name).Reply.Answers.Select(record => record.TimeToLive));
        house.Pass(1);
        Assert.True(house.Misses(Name));
    }

    [Fact]
    public void Answers_are_remembered_for_no_more_than_the_most_time_that_is_set_and_say_so()
    {
        using var house = new CacheHouse(new CachePolicy { MaxTtl = 100 });
        ParsedMessage first = house.Ask(CacheHouse.Query(Name), Answers.Address(Name, ttl: 5000));
        Assert.Equal(100u, Assert.Single(first.Answers).TimeToLive);
        house.Pass(99);
        Assert.Equal(1u, Assert.Single(house.Ask(Name).Reply.Answers).TimeToLive);
        house.Pass(1);
        Assert.False(house.Ask(Name).IsAnswered);
    }

    // RFC 8945, RFC 2930: signatures and keys of one transaction.
    [Theory]
    [InlineData(249)]
    [InlineData(250)]
    public void What_belongs_to_one_transaction_is_not_remembered(int type)
    {
        _house.Ask(CacheHouse.Query(Name, type), Answers.Of(Name, type, Messages.Record(Messages.PointerToQuestion, type, 300, [1, 2, 3])));
        Assert.Equal(0, _house.Cache.Count);
    }

    [Fact]
    public void The_lookup_asks_in_the_first_clients_letters_with_a_deadline_of_the_first_client()
    {
        _house.Ask(CacheHouse.Query("FiRsT.example.com"));
        Assert.Equal(Messages.Question("FiRsT.example.com"), _house.Next.LastQuestion);
    }

    [Fact]
    public void The_end_of_a_burst_and_an_outage_are_the_next_stages()
    {
        _house.Resolver.Flush();
        Assert.Equal(1, _house.Next.Flushes);
        Assert.Null(_house.Resolver.Outage);
        _house.Next.Outage = Resolution.Sample.Failure;
        Assert.Same(Resolution.Sample.Failure, _house.Resolver.Outage);
    }

    // A stage between the cache and the channel may answer from a memory of its own, whole or taken apart.
    [Fact]
    public void What_another_stage_answers_from_its_memory_is_passed_on()
    {
        byte[] answer = Messages.Answer(Messages.Question(Name));
        Assert.True(AnswerParts.TryRead(answer, Messages.Question(Name).Length, out AnswerParts parts));
        Client client = _house.Ask(Name);
        _house.Next.Complete(Outcome.Recalled(parts, new TtlChange { Age = 100 }, default));
        Assert.Equal(200u, Assert.Single(client.Reply.Answers).TimeToLive);
        Assert.Equal(0, _house.Cache.Count);
    }

    [Fact]
    public async Task A_next_stage_that_answers_on_another_thread_later_works_as_well()
    {
        Client client = _house.Ask(Name);
        await Task.Run(() => _house.Next.Answer(Answers.Address(Name)));
        Assert.Equal(0, client.Reply.Rcode);
        Assert.True(client.IsFlushed);
        _house.Recall(Name);
    }

    public void Dispose() => _house.Dispose();
}
