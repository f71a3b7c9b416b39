using System.Buffers.Binary;
using System.Net;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.LocalNames;

/// <summary>
/// Every name that is known here. Where several things could be said about one, this holds: the hosts file before a route, a route
/// before a special zone, the longer zone before the shorter. It never changes.
/// </summary>
internal sealed class LocalTable
{
    private readonly NameMap<Entry> _entries = new();
    private readonly List<byte[]> _tops = [];
    private ulong _topLengths;
    private bool _hasHosts;

    /// <param name="routed">Zones, in lower case, that are somebody else's: no special zone at or under one is served.</param>
    public LocalTable(HostsFile? hosts, IReadOnlyList<byte[]> routed)
    {
        foreach (byte[] zone in routed) EntryFor(zone).IsRouted = true;
        SpecialZones.ForEach(AddZone);
        foreach (byte[] zone in routed) NoteAncestors(zone);
        foreach (IPAddress address in SpecialZones.LoopbackAddresses)
        {
            byte[] name = ReverseName.Of(address);
            if (NearestZone(name) is null) continue;
            EntryFor(name).Host = LocalHost.CreatePointer(SpecialZones.Localhost, LocalHost.HostsTtl);
            NoteAncestors(name);
        }
        foreach (HostsLine line in hosts?.Lines ?? []) Add(line);
    }

    /// <summary>The answer to a question about a name that is known here, or false. It lives as long as the table.</summary>
    /// <param name="question">Name, type and class.</param>
    public bool TryAnswer(ReadOnlySpan<byte> question, out Outcome outcome)
    {
        outcome = default;
        ReadOnlySpan<byte> name = question[..^4];
        // Most names end here, after their last label was looked at.
        bool mayBeInZone = EndsInTop(name);
        return (mayBeInZone || _hasHosts) && TryAnswer(name, question[^4..], mayBeInZone, out outcome);
    }

    private bool TryAnswer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> typeAndClass, bool mayBeInZone, out Outcome outcome)
    {
        Span<byte> room = stackalloc byte[WireLimits.Name];
        Span<byte> lower = room[..name.Length];
        DomainName.ToLower(name, lower);
        var type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(typeAndClass);
        bool isKnown = mayBeInZone ? TryAnswerInZone(lower, type, out outcome) : TryAnswerHost(_entries.Find(lower), type, out outcome);
        // Nothing of the kind is in other classes, and nobody is to be asked.
        if (isKnown && BinaryPrimitives.ReadUInt16BigEndian(typeAndClass[2..]) is not (WireLimits.InternetClass or WireLimits.AnyClass))
            outcome = Outcome.Rejected(Rcode.Refused);
        return isKnown;
    }

    private static bool TryAnswerHost(Entry? own, RecordType type, out Outcome outcome)
    {
        outcome = default;
        if (own?.Host is not { } host) return false;
        if (!host.TryAnswer(type, out outcome)) outcome = LocalHost.NoData;
        return true;
    }

    private bool TryAnswerInZone(scoped ReadOnlySpan<byte> name, RecordType type, out Outcome outcome)
    {
        Entry? own = _entries.Find(name);
        if (own?.Host is { } host && host.TryAnswer(type, out outcome)) return true;
        ReadOnlySpan<byte> ancestor = name;
        for (Entry? entry = own; ; entry = _entries.Find(ancestor))
        {
            if (entry?.Zone is { } zone) return zone.TryAnswer(type, apex: name.Length - ancestor.Length, exists: own is not null, out outcome);
            if (entry is { IsRouted: true } || !DomainName.TryGetParent(ancestor, out ancestor)) return TryAnswerHost(own, type, out outcome);
        }
    }

    /// <summary>Whether the last label is one that a zone ends in.</summary>
    private bool EndsInTop(ReadOnlySpan<byte> name)
    {
        int top = 0;
        for (int next = 0; name[next] != 0; next += name[next] + 1) top = next;
        if (((_topLengths >> name[top]) & 1) == 0) return false;
        foreach (byte[] known in _tops)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name[top..], known)) return true;
        }
        return false;
    }

    private void AddZone(byte[] apex, LocalZone zone)
    {
        if (_entries.FindNearest(apex) is { IsRouted: true }) return;
        EntryFor(apex).Zone = zone;
        AddTop(apex);
    }

    private void Add(HostsLine line)
    {
        foreach (byte[] name in line.Names)
        {
            // That name is what RFC 6761 §6.3 says, whatever a file does.
            if (name.AsSpan().EndsWith(SpecialZones.Localhost) && NearestZone(name) is { IsLoopback: true }) continue;
            HostFor(name).Add(line.Address.GetAddressBytes(), LocalHost.HostsTtl);
        }
        // Nobody has these: files that block names lead them there.
        if (line.Address.Equals(IPAddress.Any) || line.Address.Equals(IPAddress.IPv6Any)) return;
        HostFor(ReverseName.Of(line.Address)).AddPointer(line.Names[0], LocalHost.HostsTtl);
    }

    private LocalHost HostFor(byte[] name)
    {
        _hasHosts = true;
        Entry entry = EntryFor(name);
        if (entry.Host is null && EndsInTop(name)) NoteAncestors(name);
        return entry.Host ??= new LocalHost();
    }

    private Entry EntryFor(byte[] name)
    {
        if (_entries.Find(name) is { } found) return found;
        var entry = new Entry();
        _entries.Add(name, entry);
        return entry;
    }

    private LocalZone? NearestZone(ReadOnlySpan<byte> name)
    {
        do
        {
            if (_entries.Find(name) is { } entry && (entry.IsRouted || entry.Zone is not null)) return entry.Zone;
        }
        while (DomainName.TryGetParent(name, out name));
        return null;
    }

    /// <summary>
    /// What is between a name and its zone exists, for want of records of its own as an empty non-terminal: to deny it would deny
    /// all that is below (RFC 8020 §2).
    /// </summary>
    private void NoteAncestors(ReadOnlySpan<byte> name)
    {
        while (DomainName.TryGetParent(name, out name) && NearestZone(name) is not null && _entries.Find(name)?.Zone is null) EntryFor(name.ToArray());
    }

    private void AddTop(ReadOnlySpan<byte> name)
    {
        while (DomainName.TryGetParent(name, out ReadOnlySpan<byte> parent) && parent.Length > 1) name = parent;
        byte[] top = name.ToArray();
        if (_tops.Exists(known => known.AsSpan().SequenceEqual(top))) return;
        _tops.Add(top);
        _topLengths |= 1UL << top[0];
    }

    /// <summary>Without anything it says that the name exists.</summary>
    private sealed class Entry
    {
        /// <summary>What is known about the name itself.</summary>
        public LocalHost? Host { get; set; }

        /// <summary>The zone that begins at the name.</summary>
        public LocalZone? Zone { get; set; }

        /// <summary>Whether the name and all below it are asked elsewhere.</summary>
        public bool IsRouted { get; set; }
    }
}
