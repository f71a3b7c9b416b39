using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// A question of our own that every resolver answers from memory: the root's name servers. No client waits for it, so that its failure is
/// none of a query's, and it is not asked again.
/// </summary>
internal abstract class RootProbe : Query
{
    // The root, NS, IN.
    private static readonly byte[] s_question = [0, 0, 2, 0, 1];

    protected void BeginProbe(long deadline) =>
        Begin(new Requestor(0, HeaderFlags.RecursionDesired, UsesEdns: true, WireLimits.UnfragmentedUdp, DnssecOk: false), s_question, deadline);
}
