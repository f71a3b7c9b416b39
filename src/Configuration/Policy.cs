namespace DotProxy.Configuration;

/// <summary>Whom of several upstreams a query goes to.</summary>
internal enum Policy
{
    /// <summary>The first that is well.</summary>
    Ordered,

    /// <summary>One that answers soonest.</summary>
    Fastest,

    /// <summary>One by the domain that is asked for, so that none sees all.</summary>
    Spread,
}
