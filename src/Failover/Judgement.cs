using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Failover;

/// <summary>Whether an answer is one, or another upstream might have a better.</summary>
internal static class Judgement
{
    /// <param name="rcode">What the upstream answered; SERVFAIL where it did not.</param>
    public static bool IsUseful(in Outcome outcome, out Rcode rcode)
    {
        rcode = Rcode.ServerFailure;
        if (outcome.IsOwnFailure || outcome.IsTakenApart || !Header.TryRead(outcome.Message, out Header header)) return outcome.IsTakenApart;
        rcode = (Rcode)header.LowRcode;
        return rcode is not (Rcode.ServerFailure or Rcode.Refused or Rcode.NotImplemented or Rcode.FormatError);
    }
}
