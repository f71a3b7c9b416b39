using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>What every core has done so far, in seconds (proc(5), <c>/proc/stat</c>).</summary>
internal sealed class MachineUsage
{
    private const double TicksPerSecond = 100;
    private const int Idle = 3, IoWait = 4, Interrupt = 5, SoftInterrupt = 6, Steal = 7;

    private readonly Dictionary<int, double[]> _cores = [];

    private MachineUsage()
    {
        foreach (string line in File.ReadLines("/proc/stat"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length <= Steal || !int.TryParse(fields[0].Replace("cpu", "", StringComparison.Ordinal), out int core)) continue;
            _cores[core] = [.. fields[1..(Steal + 2)].Select(field => double.Parse(field, CultureInfo.InvariantCulture) / TicksPerSecond)];
        }
    }

    public static MachineUsage Read() => new();

    public double BusySince(MachineUsage before) => _cores.Keys.Sum(core => BusyOf(core) - before.BusyOf(core));

    /// <summary>Time in interrupts, which the kernel books to nobody.</summary>
    public double InterruptsSince(MachineUsage before) => Since(before, Interrupt) + Since(before, SoftInterrupt);

    /// <summary>Time that the hypervisor gave to other machines.</summary>
    public double StealSince(MachineUsage before) => Since(before, Steal);

    private double Since(MachineUsage before, int field) => _cores.Keys.Sum(core => _cores[core][field] - before._cores[core][field]);

    private double BusyOf(int core) => _cores[core].Sum() - _cores[core][Idle] - _cores[core][IoWait] - _cores[core][Steal];
}
