using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>What a process and those it started have used so far.</summary>
internal readonly record struct ProcessUsage(double CpuSeconds, double TickSeconds, long Switches)
{
    // Threads that end take their schedstat along; the ticks of their process stay.
    private const double LostShare = 0.1, LostSeconds = 0.05;

    public double CpuSince(ProcessUsage before)
    {
        double precise = CpuSeconds - before.CpuSeconds, ticks = TickSeconds - before.TickSeconds;
        return Math.Abs(ticks - precise) > (LostShare * precise) + LostSeconds ? ticks : precise;
    }
}

/// <summary>Reads <c>/proc</c> (proc(5)) about a process and its descendants.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;
    private const int ParentField = 1, UserTicksField = 11, LastTicksField = 14;

    public static ProcessUsage Usage(int id)
    {
        double nanoseconds = 0, ticks = 0;
        long switches = 0;
        foreach (int process in Members(id))
        {
            if (TryReadStat(process) is not { } stat) continue;
            for (int field = UserTicksField; field <= LastTicksField; field++) ticks += double.Parse(stat[field], CultureInfo.InvariantCulture);
            foreach (string task in Tasks(process))
            {
                nanoseconds += double.Parse(TryRead(task + "/schedstat").Split(' ')[0].PadLeft(1, '0'), CultureInfo.InvariantCulture);
                switches += SumOf(TryRead(task + "/status"), "ctxt_switches:");
            }
        }
        return new ProcessUsage(nanoseconds / 1e9, ticks / TicksPerSecond, switches);
    }

    /// <summary>Resident memory now (<c>VmRSS</c>) or at its highest (<c>VmHWM</c>), in MiB.</summary>
    public static double Memory(int id, string key) => Members(id).Sum(process => SumOf(TryRead($"/proc/{process}/status"), key + ":")) / 1024.0;

    private static List<int> Members(int id)
    {
        ILookup<int, int> children = AllProcesses().ToLookup(process => process.Parent, process => process.Id);
        List<int> members = [id];
        for (int i = 0; i < members.Count; i++) members.AddRange(children[members[i]]);
        return members;
    }

    private static IEnumerable<(int Id, int Parent)> AllProcesses()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int id) && TryReadStat(id) is { } stat)
                yield return (id, int.Parse(stat[ParentField], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The fields behind the command, which may hold spaces and parentheses itself. Null where the process has gone.</summary>
    private static string[]? TryReadStat(int id)
    {
        string text = TryRead($"/proc/{id}/stat");
        int end = text.LastIndexOf(')');
        return end < 0 ? null : text[(end + 2)..].Split(' ');
    }

    private static string[] Tasks(int id)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{id}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static long SumOf(string status, string key) => status.Split('\n')
        .Where(line => line.Contains(key, StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
